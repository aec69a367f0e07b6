package helm

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	action3 "helm.sh/helm/v3/pkg/action"
	loader3 "helm.sh/helm/v3/pkg/chart/loader"
	chartutil3 "helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/loader"
	release "helm.sh/helm/v4/pkg/release/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
)

const chartsDir = "../../charts/"

// recipes are the values files of the chart.
func recipes(t *testing.T) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for _, pattern := range []string{"*-values.yaml", "rendered/*-values.yaml"} {
		files, err := filepath.Glob(chartsDir + "kube-monitoring-stack/ci/" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			values, err := chartutil3.ReadValuesFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out[strings.TrimSuffix(filepath.Base(file), "-values.yaml")] = values
		}
	}
	if len(out) == 0 {
		t.Fatal("there are no values files")
	}
	return out
}

func withHelm3(t *testing.T, chart, kubeVersion string, values map[string]any) string {
	t.Helper()
	c, err := loader3.Load(chartsDir + chart)
	if err != nil {
		t.Fatal(err)
	}
	install := action3.NewInstall(&action3.Configuration{Log: func(string, ...any) {}})
	install.ClientOnly, install.DryRun = true, true
	install.ReleaseName, install.Namespace = "kube-monitoring-stack", "monitoring"
	if install.KubeVersion, err = chartutil3.ParseKubeVersion(kubeVersion); err != nil {
		t.Fatal(err)
	}
	r, err := install.RunWithContext(t.Context(), c, values)
	if err != nil {
		t.Fatal(err)
	}
	return r.Manifest
}

func withHelm4(t *testing.T, chart, kubeVersion string, values map[string]any) string {
	t.Helper()
	c, err := loader.Load(chartsDir + chart)
	if err != nil {
		t.Fatal(err)
	}
	install := action.NewInstall(action.NewConfiguration())
	install.DryRunStrategy = action.DryRunClient
	install.ReleaseName, install.Namespace = "kube-monitoring-stack", "monitoring"
	if install.KubeVersion, err = common.ParseKubeVersion(kubeVersion); err != nil {
		t.Fatal(err)
	}
	r, err := install.RunWithContext(t.Context(), c, values)
	if err != nil {
		t.Fatal(err)
	}
	return r.(*release.Release).Manifest
}

// objects are the objects of manifests by kind, namespace and name.
func objects(t *testing.T, manifests string) map[string]any {
	t.Helper()
	out := map[string]any{}
	d := yaml.NewYAMLOrJSONDecoder(strings.NewReader(manifests), 4096)
	for {
		var o struct {
			Kind     string
			Metadata struct{ Name, Namespace string }
		}
		var raw map[string]any
		err := d.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if raw == nil {
			continue
		}
		o.Kind, _ = raw["kind"].(string)
		meta, _ := raw["metadata"].(map[string]any)
		o.Metadata.Name, _ = meta["name"].(string)
		o.Metadata.Namespace, _ = meta["namespace"].(string)
		out[o.Kind+"/"+o.Metadata.Namespace+"/"+o.Metadata.Name] = raw
	}
}

// Both versions of Helm that people have make the same objects.
func TestHelm4RendersWhatHelm3Does(t *testing.T) {
	for name, values := range recipes(t) {
		t.Run(name, func(t *testing.T) {
			three := objects(t, withHelm3(t, "kube-monitoring-stack", "v1.35.4", values))
			four := objects(t, withHelm4(t, "kube-monitoring-stack", "v1.35.4", values))
			if diff := cmp.Diff(three, four); diff != "" {
				t.Errorf("-Helm 3 +Helm 4:\n%s", diff)
			}
		})
	}
	three := objects(t, withHelm3(t, "kube-monitoring-stack-crds", "v1.35.4", nil))
	if diff := cmp.Diff(three, objects(t, withHelm4(t, "kube-monitoring-stack-crds", "v1.35.4", nil))); diff != "" || len(three) != 6 {
		t.Errorf("the definitions (%d), -Helm 3 +Helm 4:\n%s", len(three), diff)
	}
}
