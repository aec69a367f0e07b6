package tests

import (
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

// What cannot work is refused, with a sentence that says what to write instead.
func TestBadCombinationsAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ values, want string }{
		{"{server: {mode: agent}, alertmanager: {enabled: false}}", "remoteWrite:\n    - url:"},
		{"{server: {mode: agent, remoteWrite: [{url: http://a}]}}", "alertmanager.enabled=false"},
		{"{server: {mode: agent, remoteWrite: [{url: http://a}], thanos: {enabled: true}}}", "server.thanos.enabled=false"},
		{"{server: {mode: agent, remoteWrite: [{url: http://a}], remoteRead: [{url: http://a}]}, alertmanager: {enabled: false}}", "Remove server.remoteRead"},
		{"{thanosQuerier: {enabled: true}}", "Set server.thanos.enabled=true"},
		{"{server: {thanos: {objectStorage: {existingSecret: a}}}}", "Set server.thanos.enabled=true"},
		{"{server: {web: {users: {kms: $2y$10$x}}}}", "create secret generic server-login --from-literal=username=kms"},
		{"{alertmanager: {web: {clientSecret: a}}}", "htpasswd"},
		{"{alertmanager: {existingSecret: a, templates: {a.tmpl: b}}}", "Keep one"},
		{"{grafana: {ingress: {enabled: true}}}", "hosts: [grafana.example.org]"},
		{"{server: {route: {enabled: true}}}", "parentRefs: [{name: public"},
		{"{server: {externalUrl: http://a, ingress: {enabled: true, hosts: [a], path: /x}}}", "server.externalUrl to end in /x"},
		{"{server: {shards: 2}}", "thanosQuerier:\n  enabled: true"},
		{"{server: {shards: 2, thanos: {enabled: true}, receivers: {otlp: true}}, thanosQuerier: {enabled: true}}", "Set server.shards=1"},
		{"{server: {shards: 2, thanos: {enabled: true}, ingress: {enabled: true, hosts: [a]}}, thanosQuerier: {enabled: true}}", "Use thanosQuerier.ingress"},
		{"{server: {route: {enabled: true, parentRefs: [{name: a}], path: /x}}}", "server answers below /. Set the path of server.externalUrl"},
		{"{alertmanager: {externalUrl: 'http://a/x', ingress: {enabled: true, hosts: [a], path: /y}}}", "alertmanager.externalUrl to end in /y"},
		{"{nodeExporter: {existing: {labels: {a: b}}}}", "Set nodeExporter.enabled=false"},
		{"{kubeStateMetrics: {existing: {service: a}}}", "Set kubeStateMetrics.enabled=false"},
		{"{kubeStateMetrics: {metricAllowlist: [a], metricDenylist: [b]}}", "Keep one"},
		{"{global: {namespaced: true}, kubelet: {enabled: true}}", "Set kubelet.enabled=auto"},
		{"{dropIns: {namespaces: [a], trustedNamespaces: [b]}}", "Add it there"},
		{"{grafana: {enabled: false}, dashboards: {labels: {grafana_dashboard: '1'}}}", "Set dashboards.compress=false"},
		{"{commonLabels: {app.kubernetes.io/instance: a}}", "Choose another label"},
	} {
		o := render.DefaultOptions(chartDir)
		withYAML(t, test.values)(&o)
		if _, err := render.Render(t.Context(), o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one that says %q", test.values, err, test.want)
		}
	}
}

// Who brings the values of another chart, or mistypes a key, is told which there are.
func TestUnknownKeysAreExplained(t *testing.T) {
	for values, want := range map[string]string{
		"{prometheus: {prometheusSpec: {}}}": "set `server`",
		"{defaultRules: {create: true}}":     "set `rules`",
		"{sever: {}}":                        "'server'",
		"{server: {replica: 2}}":             "'replicas'",
		"{server: {image: {name: a}}}":       "'repository'",
	} {
		o := render.DefaultOptions(chartDir)
		withYAML(t, values)(&o)
		if _, err := render.Render(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that says %q", values, err, want)
		}
	}
}
