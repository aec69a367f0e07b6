// Package tests looks at what the chart renders, for its defaults and for every
// values file in its ci folder.
package tests

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

const chartDir = "../../../charts/kube-monitoring-stack"

// rendered renders the chart with values, or fails the test.
func rendered(t *testing.T, change func(*render.Options)) *render.Release {
	t.Helper()
	o := render.DefaultOptions(chartDir)
	if change != nil {
		change(&o)
	}
	r, err := render.Render(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func withValues(v map[string]any) func(*render.Options) {
	return func(o *render.Options) { o.Values = v }
}

// forEachValues runs f for the release of every values file.
func forEachValues(t *testing.T, f func(t *testing.T, values map[string]any, r *render.Release)) {
	t.Helper()
	files, err := render.ValuesFiles(chartDir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 5 {
		t.Fatalf("only %d values files in %s/ci", len(files), chartDir)
	}
	for name, values := range files {
		t.Run(name, func(t *testing.T) {
			f(t, values, rendered(t, withValues(values)))
		})
	}
}

// name says which object is meant in a failure.
func name(u *unstructured.Unstructured) string {
	return u.GetKind() + " " + u.GetName()
}
