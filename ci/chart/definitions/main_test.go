package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
	"k8s.io/apimachinery/pkg/runtime"
)

const chartDir = "../../../charts/kube-monitoring-stack-crds"

func TestTreeIsUpToDate(t *testing.T) {
	if err := run("../../..", true); err != nil {
		t.Error(err)
	}
}

func TestWithoutDescriptions(t *testing.T) {
	schema := map[string]any{
		"description": "Text.",
		"properties":  map[string]any{"description": map[string]any{"type": "string", "description": "Text."}},
		"anyOf":       []any{map[string]any{"description": "Text."}},
	}
	withoutDescriptions(schema)
	want := map[string]any{
		"properties": map[string]any{"description": map[string]any{"type": "string"}},
		"anyOf":      []any{map[string]any{}},
	}
	if diff := cmp.Diff(want, schema); diff != "" {
		t.Error(diff)
	}
}

// The chart renders six valid definitions, small enough for any tool, that stay
// when the release goes.
func TestChart(t *testing.T) {
	const most = 200 << 10 // kubectl apply keeps one more copy in an annotation of 256 KiB at most
	r, err := render.Render(t.Context(), render.DefaultOptions(chartDir))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Objects) != len(kinds) {
		t.Errorf("%d objects, want %d", len(r.Objects), len(kinds))
	}
	for _, u := range r.Objects {
		data, err := u.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > most {
			t.Errorf("%s has %d bytes, want at most %d", u.GetName(), len(data), most)
		}
		if u.GetAnnotations()["helm.sh/resource-policy"] != "keep" {
			t.Errorf("%s goes with the release, and all its objects", u.GetName())
		}
		var d apiextensions.CustomResourceDefinition
		if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(u.Object, &d, true); err != nil {
			t.Errorf("%s: %v", u.GetName(), err)
		}
	}
	o := render.DefaultOptions(chartDir)
	o.Values = map[string]any{"keep": false}
	if r, err = render.Render(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, u := range r.Objects {
		if u.GetAnnotations()["helm.sh/resource-policy"] != "" {
			t.Errorf("%s is kept against the values", u.GetName())
		}
	}
}
