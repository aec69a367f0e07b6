// Package tests looks at what the chart renders, for its defaults and for every
// values file in its ci folder.
package tests

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"
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

// withYAML are values as people write them.
func withYAML(t *testing.T, text string) func(*render.Options) {
	t.Helper()
	var v map[string]any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return withValues(v)
}

func withValues(v map[string]any) func(*render.Options) {
	return func(o *render.Options) { o.Values = v }
}

// recipe is a values file of the chart's ci folder and what it renders.
type recipe struct {
	values  map[string]any
	release *render.Release
}

// recipes are rendered once: a dozen tests look at each of them.
var recipes = sync.OnceValues(func() (map[string]recipe, error) {
	files, err := render.ValuesFiles(chartDir)
	if err != nil {
		return nil, err
	}
	out := map[string]recipe{}
	for name, values := range files {
		o := render.DefaultOptions(chartDir)
		o.Values = values
		r, err := render.Render(context.Background(), o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = recipe{values: values, release: r}
	}
	return out, nil
})

// forEachValues runs f for the release of every values file.
func forEachValues(t *testing.T, f func(t *testing.T, values map[string]any, r *render.Release)) {
	t.Helper()
	all, err := recipes()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d values files in %s/ci", len(all), chartDir)
	}
	for name, recipe := range all {
		t.Run(name, func(t *testing.T) { f(t, recipe.values, recipe.release) })
	}
}

// name says which object is meant in a failure.
func name(u *unstructured.Unstructured) string {
	return u.GetKind() + " " + u.GetName()
}
