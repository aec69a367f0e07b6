package tests

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/values"
)

// surroundings turn on what other values only matter beside.
const surroundings = `
global: {platform: generic}
networkPolicy: {enabled: true}
server:
  replicas: 2
  web: {tlsSecret: server-tls, clientSecret: server-login, users: {kms: $2y$10$x}}
  thanos: {enabled: true, objectStorage: {existingSecret: bucket}}
  ingress: {enabled: true, hosts: [server.example.org]}
  route: {enabled: true, parentRefs: [{name: public}]}
thanosQuerier:
  enabled: true
  replicas: 2
  ingress: {enabled: true, hosts: [thanos.example.org]}
  route: {enabled: true, parentRefs: [{name: public}]}
alertmanager:
  replicas: 2
  web: {tlsSecret: alertmanager-tls, clientSecret: alertmanager-login, users: {kms: $2y$10$x}}
  ingress: {enabled: true, hosts: [alerts.example.org]}
  route: {enabled: true, parentRefs: [{name: public}]}
grafana:
  admin: {existingSecret: grafana-admin}
  persistence: {enabled: true}
  ingress: {enabled: true, hosts: [grafana.example.org]}
  route: {enabled: true, parentRefs: [{name: public}]}
windowsExporter: {enabled: true}
blackboxExporter: {enabled: true}
annotationDiscovery: {enabled: true}
etcd: {scheme: https}
kubeProxy: {scheme: https}
`

// lone are values that matter only where something of surroundings is not.
var lone = map[string]string{
	"nodeExporter.existing.":     "{nodeExporter: {enabled: false, existing: {labels: {a: b}}}}",
	"kubeStateMetrics.existing.": "{kubeStateMetrics: {enabled: false, existing: {service: ksm}}}",
	"server.shards":              "{server: {thanos: {enabled: true}}, thanosQuerier: {enabled: true}}",
	// A route or an Ingress to a path needs the component to answer below it.
	"server.ingress.path":        "{server: {ingress: {enabled: true, hosts: [a]}}}",
	"server.route.path":          "{server: {route: {enabled: true, parentRefs: [{name: a}], filters: [{type: URLRewrite}]}}}",
	"alertmanager.ingress.path":  "{alertmanager: {ingress: {enabled: true, hosts: [a]}}}",
	"alertmanager.route.path":    "{alertmanager: {route: {enabled: true, parentRefs: [{name: a}], filters: [{type: URLRewrite}]}}}",
	"grafana.ingress.path":       "{grafana: {ingress: {enabled: true, hosts: [a]}}}",
	"grafana.route.path":         "{grafana: {route: {enabled: true, parentRefs: [{name: a}], filters: [{type: URLRewrite}]}}}",
	"thanosQuerier.ingress.path": "{server: {thanos: {enabled: true}}, thanosQuerier: {enabled: true, ingress: {enabled: true, hosts: [a]}}}",
	"thanosQuerier.route.path":   "{server: {thanos: {enabled: true}}, thanosQuerier: {enabled: true, route: {enabled: true, parentRefs: [{name: a}], filters: [{type: URLRewrite}]}}}",
	"server.mode":                "{server: {remoteWrite: [{url: http://a}]}, alertmanager: {enabled: false}}",
	"server.thanos.enabled":      "{}",
	"kubeStateMetrics.metric":    "{}",
	"test.":                      "{}",
	"metrics.keep":               "{metrics: {profile: minimal}}",
}

// beside returns the values to set another one among.
func beside(t *testing.T, path string) map[string]any {
	t.Helper()
	text := surroundings
	for prefix, alone := range lone {
		if strings.HasPrefix(path, prefix) {
			text = alone
		}
	}
	var base map[string]any
	if err := yaml.Unmarshal([]byte(text), &base); err != nil {
		t.Fatal(err)
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
	var first []any
	if enum, ok := v.Schema["enum"].([]any); ok {
		return enum
	}
	if names, ok := v.Schema["propertyNames"].(map[string]any); ok {
		if enum, ok := names["enum"].([]any); ok {
			return []any{map[string]any{enum[0].(string): 7}}
		}
	}
	switch v.Default.Kind {
	case yaml.MappingNode:
		return append(first,
			map[string]any{"changed": "changed"}, map[string]any{"changed": map[string]any{"changed": "changed"}},
			map[string]any{"TargetDown": map[string]any{"for": "7m"}}, map[string]any{"whenScaled": "Delete"}, map[string]any{"kubelet": "changed"},
			map[string]any{"changed": "$2y$10$changed"}, map[string]any{"changed.tmpl": "changed"},
		)
	case yaml.SequenceNode:
		return append(first,
			[]any{"changed"}, []any{"pods"}, []any{"general"}, []any{"cluster"}, []any{7},
			[]any{map[string]any{"name": "changed", "url": "http://changed", "job_name": "changed", "rules": []any{}}},
			[]any{map[string]any{"name": "changed"}}, []any{map[string]any{"url": "http://changed"}}, []any{"{a: changed}"},
		)
	}
	switch v.Default.ShortTag() {
	case "!!bool":
		return append(first, true, false)
	case "!!int":
		return append(first, 7)
	}
	return append(first, "changed", "7d", "7m", "7Gi", "7GB", "/changed", "http://changed", "sha256:"+strings.Repeat("7", 64))
}

// Each value changes what is rendered: none is documented and does nothing.
func TestEveryValueDoesSomething(t *testing.T) {
	t.Parallel()
	all := allValues(t)
	t.Logf("%d values", len(all))
	before := map[string]string{}
	// changes says whether a value does something beside others, and whether those are taken at all.
	changes := func(t *testing.T, v *values.Value, base func() map[string]any) (does, taken bool) {
		key := fmt.Sprint(base())
		if _, ok := before[key]; !ok {
			before[key] = output(t, base())
		}
		unchanged := before[key]
		if unchanged == "" {
			return false, false
		}
		for _, c := range candidates(v) {
			user := base()
			set(user, strings.Split(v.Path, "."), c)
			if got := output(t, user); got != "" && got != unchanged {
				return true, true
			}
		}
		return false, true
	}
	for _, v := range all {
		t.Run(v.Path, func(t *testing.T) {
			whole := func() map[string]any { return beside(t, v.Path) }
			// Most values do something without the other components, which are most of the work.
			if does, _ := changes(t, v, func() map[string]any { return without(whole(), others(all, v.Path)) }); does {
				return
			}
			does, taken := changes(t, v, whole)
			if !taken {
				t.Fatal("what it is tried beside is refused")
			}
			if !does {
				t.Error("it changes nothing, whatever it is set to")
			}
		})
	}
}

// others are the components, of those that can be switched off, that a value is not of.
func others(all []*values.Value, path string) []string {
	var out []string
	for _, v := range all {
		component, found := strings.CutSuffix(v.Path, ".enabled")
		if found && !strings.Contains(component, ".") && !strings.HasPrefix(path, component+".") {
			out = append(out, component)
		}
	}
	return out
}

// without switches components off.
func without(user map[string]any, components []string) map[string]any {
	for _, c := range components {
		set(user, []string{c, "enabled"}, false)
	}
	return user
}

// allValues are the leaves of values.yaml.
func allValues(t *testing.T) []*values.Value {
	t.Helper()
	data, err := os.ReadFile(chartDir + "/values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../shapes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shapes, err := values.ParseShapes(text)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := values.Parse(data, shapes)
	if err != nil {
		t.Fatal(err)
	}
	return leaves(tree)
}

// Who takes a default away, as Helm does with a null, gets a chart without it and
// not an error of a template.
func TestListsAndMapsMayBeTakenAway(t *testing.T) {
	t.Parallel()
	for _, v := range allValues(t) {
		if v.Default.Kind == yaml.ScalarNode {
			continue
		}
		o := render.DefaultOptions(chartDir)
		o.Values = beside(t, v.Path)
		set(o.Values, strings.Split(v.Path, "."), nil)
		if _, err := render.Text(t.Context(), o); err != nil && strings.Contains(err.Error(), "error calling") && !strings.Contains(err.Error(), "calling fail") {
			t.Errorf("%s: %v", v.Path, err)
		}
	}
}

// output is what is rendered and told; empty if the values are refused.
func output(t *testing.T, v map[string]any) string {
	t.Helper()
	o := render.DefaultOptions(chartDir)
	o.Values = v
	text, err := render.Text(t.Context(), o)
	if err != nil {
		return ""
	}
	return text
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
