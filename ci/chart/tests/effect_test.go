package tests

import (
	"maps"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/values"
)

// surroundings turn on what other values only matter beside.
func surroundings(path string) map[string]any {
	base := map[string]any{
		"grafana": map[string]any{
			"admin":       map[string]any{"existingSecret": "grafana-admin"},
			"persistence": map[string]any{"enabled": true},
		},
		"controllerManager": map[string]any{},
		"etcd":              map[string]any{"scheme": "https"},
		"kubeProxy":         map[string]any{"scheme": "https"},
	}
	if !strings.HasPrefix(path, "rules.") && !strings.HasPrefix(path, "dashboards.") {
		// Not part of the question, and most of the work.
		base["rules"] = map[string]any{"enabled": false}
		base["dashboards"] = map[string]any{"enabled": false}
	}
	return base
}

// candidates are values to try, of the kind of the default, until the schema
// takes one that is not the default.
func candidates(v *values.Value) []any {
	switch v.Default.Kind {
	case yaml.MappingNode:
		return []any{
			map[string]any{"changed": "changed"}, map[string]any{"changed": map[string]any{"changed": "changed"}},
			map[string]any{"TargetDown": map[string]any{"for": "7m"}},
		}
	case yaml.SequenceNode:
		return []any{
			[]any{"changed"}, []any{"pods"}, []any{"general"}, []any{"cluster"}, []any{map[string]any{"name": "changed"}}, []any{"{a: changed}"},
		}
	}
	return []any{
		false, true, 7, "changed", "7d", "7m", "7Gi", "7GB", "sha256:" + strings.Repeat("7", 64), "Always", "http", "https", "NodePort", "debug", "json",
	}
}

// Each value changes what is rendered: none is documented and does nothing.
func TestEveryValueDoesSomething(t *testing.T) {
	data, err := os.ReadFile(chartDir + "/values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := values.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	all := leaves(tree)
	t.Logf("%d values", len(all))
	unchanged := map[bool]string{}
	for _, v := range all {
		base := surroundings(v.Path)
		_, small := base["rules"]
		if unchanged[small] == "" {
			unchanged[small] = output(t, base)
		}
		if !changes(t, v, unchanged[small]) {
			t.Errorf("%s changes nothing, whatever it is set to", v.Path)
		}
	}
}

// changes says whether something else in v's place changes the output.
func changes(t *testing.T, v *values.Value, unchanged string) bool {
	t.Helper()
	for _, c := range candidates(v) {
		user := surroundings(v.Path)
		set(user, strings.Split(v.Path, "."), c)
		if got := output(t, user); got != "" && got != unchanged {
			return true
		}
	}
	return false
}

// output is what is rendered and told; empty if the values are refused.
func output(t *testing.T, v map[string]any) string {
	t.Helper()
	o := render.DefaultOptions(chartDir)
	o.Values = v
	r, err := render.Render(t.Context(), o)
	if err != nil {
		return ""
	}
	return r.Manifest + r.Notes
}

func leaves(tree []*values.Value) []*values.Value {
	var out []*values.Value
	for _, v := range tree {
		if len(v.Children) == 0 {
			out = append(out, v)
		}
		out = append(out, leaves(v.Children)...)
	}
	return out
}

// set puts a value at a path, making the maps on the way.
func set(m map[string]any, path []string, value any) {
	if len(path) == 1 {
		m[path[0]] = value
		return
	}
	next := map[string]any{}
	if old, ok := m[path[0]].(map[string]any); ok {
		next = maps.Clone(old)
	}
	set(next, path[1:], value)
	m[path[0]] = next
}
