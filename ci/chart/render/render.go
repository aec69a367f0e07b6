// Package render renders the chart as Helm would, without a cluster, and hands
// out what a test wants to look at.
package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/fake"
)

// Options say what to render.
type Options struct {
	// Chart is the chart's folder.
	Chart string
	// Name and Namespace are the release's.
	Name, Namespace string
	// KubeVersion is what the cluster would be: "v1.35.4".
	KubeVersion string
	// Values are the user's.
	Values map[string]any
}

// DefaultOptions renders the chart as its README installs it.
func DefaultOptions(chartDir string) Options {
	return Options{
		Chart:       chartDir,
		Name:        "kube-monitoring-stack",
		Namespace:   "monitoring",
		KubeVersion: "v1.35.4",
	}
}

// Release is a rendered chart.
type Release struct {
	// Objects are what Helm would send to the API server, in its order, and then its hooks.
	Objects []*unstructured.Unstructured
	// Manifest is the same as text.
	Manifest string
	// Notes is what the user is told.
	Notes string

	helm *release.Release
}

// Render renders a chart. Values that its schema refuses are an error.
func Render(ctx context.Context, o Options) (*Release, error) {
	rel, err := install(ctx, o)
	if err != nil {
		return nil, err
	}
	text := manifest(rel)
	objects, err := decode(text)
	if err != nil {
		return nil, err
	}
	return &Release{Objects: objects, Manifest: text, Notes: rel.Info.Notes, helm: rel}, nil
}

// Text renders a chart to what Helm would send and tell, as text alone, for those who
// render hundreds of times and need no objects.
func Text(ctx context.Context, o Options) (string, error) {
	rel, err := install(ctx, o)
	if err != nil {
		return "", err
	}
	return manifest(rel) + rel.Info.Notes, nil
}

// manifest is all of a release as one text: its objects, and then its hooks.
func manifest(rel *release.Release) string {
	text := rel.Manifest
	for _, h := range rel.Hooks {
		text += "---\n" + h.Manifest + "\n"
	}
	return text
}

func install(ctx context.Context, o Options) (*release.Release, error) {
	c, err := load(o.Chart)
	if err != nil {
		return nil, fmt.Errorf("loading chart: %w", err)
	}
	version, err := chartutil.ParseKubeVersion(o.KubeVersion)
	if err != nil {
		return nil, fmt.Errorf("kube version: %w", err)
	}
	// A cluster tells its version whole, with what its provider added.
	version.Version = o.KubeVersion
	in := action.NewInstall(&action.Configuration{Log: func(string, ...any) {}})
	in.ClientOnly = true
	in.DryRun = true
	in.KubeVersion = version
	in.ReleaseName = o.Name
	in.Namespace = o.Namespace
	return in.RunWithContext(ctx, c, o.Values)
}

// loaded are charts by their folders: those who render hundreds of times read one once.
var loaded sync.Map

// load reads a chart. Helm changes the values of one that has dependencies, so only one
// without them is kept, and each caller has a copy of the chart itself.
func load(dir string) (*chart.Chart, error) {
	if c, ok := loaded.Load(dir); ok {
		return new(*c.(*chart.Chart)), nil
	}
	c, err := loader.Load(dir)
	if err != nil {
		return nil, err
	}
	if len(c.Metadata.Dependencies) == 0 {
		loaded.Store(dir, new(*c))
	}
	return c, nil
}

func decode(manifest string) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	d := yaml.NewYAMLOrJSONDecoder(strings.NewReader(manifest), 4096)
	for {
		u := &unstructured.Unstructured{}
		if err := d.Decode(&u.Object); err != nil {
			if errors.Is(err, io.EOF) {
				return objects, nil
			}
			return nil, fmt.Errorf("after %d objects: %w", len(objects), err)
		}
		if u.Object != nil {
			objects = append(objects, u)
		}
	}
}

// Hooks returns the hooks by what sets them off: "test", "pre-install".
func (r *Release) Hooks() map[string][]string {
	by := map[string][]string{}
	for _, h := range r.helm.Hooks {
		for _, e := range h.Events {
			by[e.String()] = append(by[e.String()], h.Path)
		}
	}
	return by
}

// SecretBytes is how much of a Secret's room, 1 MiB, Helm takes to remember the
// release: the chart and the manifest, compressed.
func (r *Release) SecretBytes(ctx context.Context) (int, error) {
	secrets := fake.NewClientset().CoreV1().Secrets(r.helm.Namespace)
	key := "sh.helm.release.v1." + r.helm.Name + ".v1"
	if err := driver.NewSecrets(secrets).Create(key, r.helm); err != nil {
		return 0, err
	}
	s, err := secrets.Get(ctx, key, metav1.GetOptions{})
	if err != nil {
		return 0, err
	}
	return len(s.Data["release"]), nil
}

// ValuesFiles returns the values files of the chart's ci folder by name: those
// that any cluster can install, and in the folder rendered those that need
// something beside, such as a Secret or a certain kind of cluster.
func ValuesFiles(chartDir string) (map[string]map[string]any, error) {
	var paths []string
	for _, pattern := range []string{"*-values.yaml", "rendered/*-values.yaml"} {
		found, err := filepath.Glob(filepath.Join(chartDir, "ci", pattern))
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	files := map[string]map[string]any{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		values, err := chartutil.ReadValues(bytes.TrimSpace(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		files[strings.TrimSuffix(filepath.Base(path), "-values.yaml")] = values
	}
	return files, nil
}
