package migrate

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	corev1 "k8s.io/api/core/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

func old(t *testing.T) map[string]any {
	t.Helper()
	data, err := os.ReadFile("testdata/old.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]any
	if err := yaml.Unmarshal(data, &values); err != nil {
		t.Fatal(err)
	}
	return values
}

func TestFromValues(t *testing.T) {
	p := FromValues(old(t), Release{Namespace: "monitoring"})
	for path, want := range map[string]any{
		"fullnameOverride":                                    "mon",
		"global.imageRegistry":                                "mirror.example.org",
		"server.replicas":                                     float64(2),
		"server.retention.time":                               "30d",
		"server.retention.size":                               "50GB",
		"server.persistence.size":                             "100Gi",
		"server.persistence.storageClass":                     "fast",
		"server.pod.nodeSelector.pool":                        "monitoring",
		"server.ingress.className":                            "nginx",
		"server.ingress.path":                                 "/",
		"server.ingress.tlsSecret":                            "prometheus-tls",
		"server.service.type":                                 "NodePort",
		"server.thanos.objectStorage.existingSecret":          "thanos",
		"server.config.storage.tsdb.out_of_order_time_window": "10m",
		"rules.overrides.KubePodCrashLooping.severity":        "critical",
		"rules.overrides.KubeMemoryOvercommit.enabled":        false,
		"alertmanager.replicas":                               float64(3),
		"alertmanager.persistence.size":                       "5Gi",
		"grafana.persistence.size":                            "10Gi",
		"grafana.config.server.root_url":                      "https://grafana.example.org",
		"etcd.enabled":                                        false,
		"kubelet.cadvisorInterval":                            "20s",
		"nodeExporter.port":                                   float64(9101),
	} {
		if got := dig(p.Values, strings.Split(path, ".")...); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	want := []any{map[string]any{
		"url": "https://mimir.example.org/api/v1/push", "headers": map[string]any{"X-Scope-OrgID": "prod"},
		"write_relabel_configs": []any{map[string]any{"source_labels": []any{"__name__"}, "regex": "go_.*", "action": "drop"}},
		"queue_config":          map[string]any{"max_samples_per_send": float64(1000)},
	}, map[string]any{
		"url": "https://other.example.org/", "basic_auth": map[string]any{
			"username_file": "/etc/prometheus/secrets/s/user", "password_file": "/etc/prometheus/secrets/s/password",
		},
	}}
	if diff := cmp.Diff(want, dig(p.Values, "server", "remoteWrite")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{"--object-selector=PrometheusRule=role=alert-rules,team in (a,b)"}, dig(p.Values, "sidecar", "extraArgs")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{"--web.enable-admin-api"}, dig(p.Values, "server", "extraArgs")); diff != "" {
		t.Error(diff)
	}
}

// Everything that somebody set is either taken over or left with a reason.
func TestNothingIsLost(t *testing.T) {
	values := old(t)
	p := FromValues(values, Release{Namespace: "monitoring"})
	told := map[string]bool{}
	for _, x := range p.Taken {
		told[x.From] = true
	}
	for _, x := range p.Left {
		told[x.Path] = true
		if x.Why == "" {
			t.Errorf("%s is left without a reason", x.Path)
		}
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		for at := path; at != ""; at = at[:max(0, strings.LastIndexByte(at, '.'))] {
			if told[at] {
				return
			}
		}
		parts, ok := v.(map[string]any)
		if !ok {
			for at := range told {
				if strings.HasPrefix(at, path+".") {
					return // its elements are told about
				}
			}
			if !isEmpty(v) && !expectedSilence(path) {
				t.Errorf("nothing is said of %s: %v", path, v)
			}
			return
		}
		for key, value := range parts {
			walk(join(path, key), value)
		}
	}
	walk("", values)
	for _, path := range []string{
		"somethingNew", "prometheusOperator", "prometheus.service.nodePort",
		"prometheus.prometheusSpec.ruleNamespaceSelector", "grafana.dashboards.default.fetched", "grafana.adminPassword",
		"grafana.persistence.accessModes", "alertmanager.alertmanagerSpec.alertmanagerConfigMatcherStrategy", "defaultRules.rules",
	} {
		if !told[path] {
			t.Errorf("%s is not left", path)
		}
	}
}

// expectedSilence: what says how an object is built that there is none of here, and
// switches that are as they are anyway.
func expectedSilence(path string) bool {
	for _, suffix := range []string{".pathType", ".disabled.Watchdog", ".spec.accessModes", ".tls", ".https", ".type", ".targetPort"} {
		if strings.HasSuffix(path, suffix) {
			return true
		}
	}
	return false
}

// What comes out is good.
func TestDropInsAreGood(t *testing.T) {
	p := FromValues(old(t), Release{Namespace: "monitoring"})
	var names []string
	for _, o := range p.DropIns {
		data, err := yaml.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var cm corev1.ConfigMap
		if err := yaml.UnmarshalStrict(data, &cm); err != nil {
			t.Fatal(err)
		}
		names = append(names, cm.Name)
		items, problems := dropin.FromConfigMap(&cm)
		for _, it := range items {
			problems = append(problems, dropin.Check(it, dropin.Policy{Trusted: []string{"monitoring"}}).Problems...)
		}
		if len(problems) > 0 || len(items) != 1 {
			t.Errorf("%s: %v", cm.Name, problems)
		}
	}
	if diff := cmp.Diff([]string{"rules-own-rules", "dashboard-default-own", "additional-scrape-configs"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestOddValues(t *testing.T) {
	for _, text := range []string{
		"prometheus: x", "prometheus: {prometheusSpec: []}", "alertmanager: {stringConfig: '{{ x }}'}", "grafana: {dashboards: {a: {b: c}}}",
		"prometheus: {prometheusSpec: {thanos: x, storageSpec: y, remoteWrite: z, serviceMonitorSelector: q}}", "extraManifests: {a: {kind: X}}",
		"prometheus: {ingress: {enabled: true, hosts: x, tls: y}}", "additionalPrometheusRules: [x]", "kubelet: {serviceMonitor: x}",
	} {
		var values map[string]any
		if err := yaml.Unmarshal([]byte(text), &values); err != nil {
			t.Fatal(err)
		}
		FromValues(values, Release{}) // it must not panic
	}
}
