package e2e

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
)

// The API server takes every object of every values file: applied server-side,
// strictly, and not kept.
func testChartIsAccepted(t *testing.T) {
	i := connect(t).second(t, "kube-monitoring-stack", nil)
	var files []string
	for _, pattern := range []string{"*-values.yaml", "rendered/*-values.yaml"} {
		found, err := filepath.Glob(filepath.Join(i.chart, "ci", pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatalf("no values files in %s/ci", i.chart)
	}
	objects, err := dynamic.NewForConfig(i.config)
	if err != nil {
		t.Fatal(err)
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(i.client.Discovery()))
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), "-values.yaml"), func(t *testing.T) {
			text, err := i.run(t.Context(), "template", i.release, i.chart, "--values", file, "--kube-version", "v1.35.0")
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, u := range decodeAll(t, text) {
				mapping, err := mapper.RESTMapping(u.GroupVersionKind().GroupKind(), u.GroupVersionKind().Version)
				if meta.IsNoMatchError(err) {
					t.Logf("not tried: this cluster has no kind %s", u.GetKind())
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				var api dynamic.ResourceInterface = objects.Resource(mapping.Resource)
				if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
					i.namespaceFor(t, u.GetNamespace())
					api = objects.Resource(mapping.Resource).Namespace(u.GetNamespace())
				}
				if err := dryRun(t.Context(), api, u); err != nil {
					t.Errorf("%s %s: %v", u.GetKind(), u.GetName(), err)
				}
				n++
			}
			t.Logf("%d objects accepted", n)
		})
	}
}

func decodeAll(t *testing.T, manifests string) []*unstructured.Unstructured {
	t.Helper()
	var out []*unstructured.Unstructured
	d := yaml.NewYAMLOrJSONDecoder(strings.NewReader(manifests), 4096)
	for {
		u := &unstructured.Unstructured{}
		err := d.Decode(&u.Object)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if u.Object != nil {
			out = append(out, u)
		}
	}
}

func dryRun(ctx context.Context, api dynamic.ResourceInterface, u *unstructured.Unstructured) error {
	data, err := u.MarshalJSON()
	if err != nil {
		return err
	}
	force := true
	_, err = api.Patch(ctx, u.GetName(), types.ApplyPatchType, data, metav1.PatchOptions{
		FieldManager: "e2e", Force: &force, DryRun: []string{metav1.DryRunAll}, FieldValidation: metav1.FieldValidationStrict,
	})
	return err
}

// namespaceFor makes a namespace that a values file names, for the time of the test.
func (c *cluster) namespaceFor(t *testing.T, name string) {
	t.Helper()
	api := c.client.CoreV1().Namespaces()
	_, err := api.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := api.Delete(context.Background(), name, metav1.DeleteOptions{}); err != nil {
			t.Errorf("delete namespace %s: %v", name, err)
		}
	})
}
