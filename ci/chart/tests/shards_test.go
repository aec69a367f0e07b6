package tests

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

const shardedValues = `
networkPolicy: {enabled: true}
server: {shards: 3, replicas: 2, spread: required, thanos: {enabled: true}}
thanosQuerier: {enabled: true}
`

// servers are the StatefulSets of the server's shards by their names.
func servers(t *testing.T, r *render.Release) map[string]*appsv1.StatefulSet {
	t.Helper()
	out := map[string]*appsv1.StatefulSet{}
	for _, s := range typed[*appsv1.StatefulSet](t, r) {
		if s.Labels["app.kubernetes.io/component"] == "server" {
			out[s.Name] = s
		}
	}
	return out
}

// Each shard is servers of its own that know which part is theirs, and asks the
// querier for what rules need to know of the others.
func TestShards(t *testing.T) {
	t.Setenv("POD_NAME", "server-0")
	r := rendered(t, withYAML(t, shardedValues))
	all := servers(t, r)
	want := []string{"kube-monitoring-stack-server", "kube-monitoring-stack-server-shard-1", "kube-monitoring-stack-server-shard-2"}
	if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, want) {
		t.Fatalf("the servers are %v, want %v", got, want)
	}
	for i, name := range want {
		s := all[name]
		spec := s.Spec.Template.Spec
		for _, arg := range []string{"--scrape.shards=3", fmt.Sprintf("--scrape.shard=%d", i), "--rules.query-url=http://kube-monitoring-stack-thanos-querier.monitoring.svc:10902"} {
			if !slices.Contains(spec.Containers[0].Args, arg) {
				t.Errorf("%s lacks %s: %v", name, arg, spec.Containers[0].Args)
			}
		}
		if *s.Spec.Replicas != 2 || s.Spec.ServiceName != "kube-monitoring-stack-server-headless" || len(s.Spec.VolumeClaimTemplates) != 1 {
			t.Errorf("%s has %d replicas, Service %s and %d volumes", name, *s.Spec.Replicas, s.Spec.ServiceName, len(s.Spec.VolumeClaimTemplates))
		}
		selector, err := metav1.LabelSelectorAsSelector(s.Spec.Selector)
		if err != nil {
			t.Fatal(err)
		}
		for other, o := range all {
			// The first shard's selector is that of a server alone, and cannot be changed.
			// Pods belong to who made them: a StatefulSet adopts none with another's name.
			if got := selector.Matches(labels.Set(o.Spec.Template.Labels)); got != (other == name) && i > 0 {
				t.Errorf("%s selects the pods of %s: %v", name, other, got)
			}
		}
		for _, spread := range spec.TopologySpreadConstraints {
			if spread.LabelSelector.MatchLabels["kube-monitoring-stack.io/shard"] != fmt.Sprint(i) {
				t.Errorf("replicas of %s are kept apart from %v", name, spread.LabelSelector.MatchLabels)
			}
		}
		if n := len(spec.TopologySpreadConstraints); n != 2 {
			t.Errorf("%s has %d spread constraints", name, n)
		}
		for _, service := range typed[*corev1.Service](t, r) {
			if service.Name == s.Spec.ServiceName && !labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(s.Spec.Template.Labels)) {
				t.Errorf("the querier does not find the pods of %s", name)
			}
		}
	}
	if got := baseConfig(t, r).GlobalConfig.ExternalLabels.Get("prometheus_replica"); got != "server-0" {
		t.Errorf("external label prometheus_replica is %q", got)
	}
	pod := typed[*corev1.Pod](t, r)[0]
	for _, url := range []string{"http://kube-monitoring-stack-server-0.kube-monitoring-stack-server-headless:9090", "http://kube-monitoring-stack-server-shard-2-0.kube-monitoring-stack-server-headless:9090"} {
		if !slices.Contains(pod.Spec.Containers[0].Args, "--server="+url) {
			t.Errorf("helm test does not ask %s: %v", url, pod.Spec.Containers[0].Args)
		}
	}
	if !strings.Contains(r.Notes, "sts/kube-monitoring-stack-server-shard-2 9090") || !strings.Contains(r.Notes, "svc/kube-monitoring-stack-thanos-querier 10902") {
		t.Errorf("the notes do not say where to look:\n%s", r.Notes)
	}
}

// One shard is a server as before: nothing of it changes, so that sharding can
// begin with the volume that is there.
func TestTheFirstShardIsTheServerOfBefore(t *testing.T) {
	before := servers(t, rendered(t, nil))["kube-monitoring-stack-server"]
	after := servers(t, rendered(t, withYAML(t, shardedValues)))["kube-monitoring-stack-server"]
	if !maps.Equal(before.Spec.Selector.MatchLabels, after.Spec.Selector.MatchLabels) || before.Spec.ServiceName != after.Spec.ServiceName {
		t.Error("what cannot be changed of a StatefulSet has changed")
	}
	for name := range before.Spec.Template.Labels {
		if strings.Contains(name, "shard") {
			t.Error("a server alone says that it is a shard")
		}
	}
	for _, arg := range before.Spec.Template.Spec.Containers[0].Args {
		if strings.Contains(arg, "shard") || strings.Contains(arg, "query-url") {
			t.Errorf("a server alone has %s", arg)
		}
	}
}

// Shards that only send on have no rules to ask for.
func TestShardedAgent(t *testing.T) {
	r := rendered(t, withYAML(t, "{server: {mode: agent, shards: 2, remoteWrite: [{url: http://a}]}, alertmanager: {enabled: false}}"))
	all := servers(t, r)
	if len(all) != 2 {
		t.Errorf("%d shards", len(all))
	}
	for name, s := range all {
		args := s.Spec.Template.Spec.Containers[0].Args
		if !slices.Contains(args, "--scrape.shards=2") || strings.Contains(strings.Join(args, " "), "query-url") {
			t.Errorf("%s has the arguments %v", name, args)
		}
	}
}

// The longest names of releases have room for shards.
func TestNamesOfManyShards(t *testing.T) {
	r := rendered(t, func(o *render.Options) {
		withYAML(t, strings.Replace(shardedValues, "shards: 3", "shards: 100", 1))(o)
		o.Name = "the-longest-name-of-a-release-that-helm-accepts-53-ch"
	})
	all := servers(t, r)
	if len(all) != 100 {
		t.Errorf("%d names of 100 shards", len(all))
	}
	for name := range all {
		if len(name) > 52 {
			t.Errorf("%s has %d characters", name, len(name))
		}
	}
}

// A component that is reached below a path answers below it on its own port as
// well, so whoever asks it in the cluster has to know.
func TestPaths(t *testing.T) {
	r := rendered(t, withYAML(t, `
server: {externalUrl: "https://a.example/metrics/", thanos: {enabled: true}}
alertmanager: {ingress: {enabled: true, hosts: [a.example], path: /alerts}}
grafana: {externalUrl: "https://a.example/grafana"}
`))
	for component, path := range map[string]string{"server": "/metrics/-/ready", "alertmanager": "/alerts/-/ready", "grafana": "/grafana/api/health"} {
		for _, c := range pods(t, r)[component].Spec.Containers {
			if c.Name == "thanos" {
				if !slices.Contains(c.Args, "--prometheus.url=http://127.0.0.1:9090/metrics") {
					t.Errorf("Thanos' sidecar asks %v", c.Args)
				}
				continue
			}
			if got := c.ReadinessProbe.HTTPGet.Path; got != path {
				t.Errorf("%s is asked at %s, want %s", component, got, path)
			}
		}
	}
	for _, job := range jobs(t, r) {
		want := map[string]string{"prometheus": "/metrics/metrics", "alertmanager": "/alerts/metrics", "grafana": "/grafana/metrics", "config-sidecar": "/metrics"}[jobLabel(job)]
		if want != "" && job.MetricsPath != want {
			t.Errorf("%s is scraped at %s, want %s", job.JobName, job.MetricsPath, want)
		}
	}
	if am := baseConfig(t, r).AlertingConfig.AlertmanagerConfigs[0]; am.PathPrefix != "/alerts" {
		t.Errorf("alerts are sent to the path %q", am.PathPrefix)
	}
	text := datasources(t, r)
	for _, want := range []string{"kube-monitoring-stack-server.monitoring.svc:9090/metrics\n", "kube-monitoring-stack-alertmanager.monitoring.svc:9093/alerts\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("Grafana does not ask %s:\n%s", want, text)
		}
	}
	args := typed[*corev1.Pod](t, r)[0].Spec.Containers[0].Args
	for _, want := range []string{"--server=http://kube-monitoring-stack-server:9090/metrics", "--alertmanager=http://kube-monitoring-stack-alertmanager:9093/alerts"} {
		if !slices.Contains(args, want) {
			t.Errorf("helm test lacks %s: %v", want, args)
		}
	}
	// A proxy may take the path off.
	r = rendered(t, withYAML(t, `{server: {externalUrl: "https://a.example/metrics", extraArgs: [--web.route-prefix=/]}}`))
	if got := pods(t, r)["server"].Spec.Containers[0].ReadinessProbe.HTTPGet.Path; got != "/-/ready" {
		t.Errorf("with a route prefix of its own the server is asked at %s", got)
	}
	r = rendered(t, withYAML(t, `{server: {thanos: {enabled: true}}, thanosQuerier: {enabled: true, externalUrl: "https://a.example/thanos"}}`))
	if text := datasources(t, r); !strings.Contains(text, "thanos-querier.monitoring.svc:10902/thanos\n") {
		t.Errorf("Grafana does not ask the querier below its path:\n%s", text)
	}
}
