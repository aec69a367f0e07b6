package tests

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// A querier asks every server by its own name, and Grafana asks the querier.
func TestThanos(t *testing.T) {
	t.Setenv("POD_NAME", "server-0")
	r := rendered(t, withYAML(t, "{server: {thanos: {enabled: true, objectStorage: {existingSecret: bucket}}}, thanosQuerier: {enabled: true}}"))
	if got := baseConfig(t, r).GlobalConfig.ExternalLabels.Get("prometheus_replica"); got != "server-0" {
		t.Errorf("external label prometheus_replica is %q; Thanos refuses servers without labels of their own", got)
	}
	all := pods(t, r)
	for _, want := range []string{"--query.replica-label=prometheus_replica", "--endpoint=dnssrv+_grpc._tcp.kube-monitoring-stack-server-headless.monitoring.svc"} {
		if args := all["thanos-querier"].Spec.Containers[0].Args; !slices.Contains(args, want) {
			t.Errorf("the querier lacks %s: %v", want, args)
		}
	}
	server := all["server"].Spec
	if args := server.Containers[0].Args; !slices.Contains(args, "--storage.tsdb.max-block-duration=2h") {
		t.Errorf("blocks are compacted before they are uploaded: %v", args)
	}
	if args := server.Containers[1].Args; !slices.Contains(args, "--objstore.config-file=/etc/thanos/objstore.yml") {
		t.Errorf("Thanos' sidecar has no object storage: %v", args)
	}
	ports := map[string]int32{}
	for _, s := range typed[*corev1.Service](t, r) {
		if s.Name == "kube-monitoring-stack-server-headless" {
			for _, p := range s.Spec.Ports {
				ports[p.Name] = p.Port
			}
		}
	}
	if ports["grpc"] != 10901 {
		t.Errorf("the querier looks for a port grpc, and there are %v", ports)
	}
	if text := datasources(t, r); !strings.Contains(text, "http://kube-monitoring-stack-thanos-querier.monitoring.svc:10902") {
		t.Errorf("Grafana does not ask the querier:\n%s", text)
	}
}
