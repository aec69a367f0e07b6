package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// apiServer answers GETs with what is at their path, and else as an API server that
// does not know what is asked for.
func apiServer(t *testing.T, answers map[string]any) (kubeconfig string) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer, ok := answers[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			answer = map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
		}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(srv.Close)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"x","clusters":[{"name":"x","cluster":{"server":%q}}],`+
		`"users":[{"name":"x","user":{}}],"contexts":[{"name":"x","context":{"cluster":"x","user":"x","namespace":"monitoring"}}]}`, srv.URL)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// kmon runs the program.
func kmon(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var b bytes.Buffer
	code = Run(t.Context(), args, streams{strings.NewReader(""), &b, &b})
	return code, b.String()
}

func pod(name, container string) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"name": name, "namespace": "monitoring"},
		"spec":     map[string]any{"initContainers": []any{map[string]any{"name": container}}, "containers": []any{map[string]any{"name": "main"}}},
	}
}

func TestStatusOfACluster(t *testing.T) {
	status := func(state string) map[string]any {
		return map[string]any{"synced": true, "digest": "d", "confirmed": "d", "dropIns": []any{map[string]any{
			"ref": map[string]any{"namespace": "team", "name": "a", "key": "k"}, "kind": "rules", "state": state, "since": "2026-11-20T12:00:00Z",
		}}}
	}
	const pods = "/api/v1/namespaces/monitoring/pods"
	config := apiServer(t, map[string]any{
		pods: map[string]any{"kind": "PodList", "apiVersion": "v1", "items": []any{
			pod("server-0", "config-sidecar"), pod("server-1", "config-sidecar"), pod("other-0", "init"),
		}},
		pods + "/server-0:9096/proxy/status": status("active"),
		pods + "/server-1:9096/proxy/status": status("stale"),
	})
	code, out := kmon(t, "status", "--kubeconfig="+config)
	for _, want := range []string{"monitoring/server-0 ", "monitoring/server-1 ", "stale  team/a/k", "1 drop-in: 0 active, 0 pending, 1 stale"} {
		if code != exitProblems || !strings.Contains(out, want) {
			t.Errorf("exit code %d, no %q in\n%s", code, want, out)
		}
	}
	if strings.Contains(out, "other-0") {
		t.Errorf("a pod without a sidecar was asked:\n%s", out)
	}
	if code, out := kmon(t, "status", "--kubeconfig="+config, "--namespace=empty"); code != exitCannot {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

func TestMigrateACluster(t *testing.T) {
	const api = "/apis/monitoring.coreos.com/v1/"
	list := func(kind string, items ...any) map[string]any {
		return map[string]any{"kind": kind + "List", "apiVersion": "monitoring.coreos.com/v1", "items": items}
	}
	object := func(kind string, spec map[string]any) map[string]any {
		return map[string]any{"kind": kind, "apiVersion": "monitoring.coreos.com/v1", "metadata": map[string]any{"name": "x"}, "spec": spec}
	}
	config := apiServer(t, map[string]any{
		api + "namespaces/monitoring/prometheuses": list("Prometheus", object("Prometheus", map[string]any{
			"replicas": 2, "retention": "20d", "portName": "http-web", "image": "quay.io/prometheus/prometheus:v3", "externalUrl": "http://service:9090",
			"serviceMonitorSelector": map[string]any{"matchLabels": map[string]any{"release": "x"}}, "shards": 2,
			"additionalAlertRelabelConfigs": map[string]any{"name": "a", "key": "b"},
		})),
		api + "servicemonitors": list("ServiceMonitor", object("ServiceMonitor", nil), object("ServiceMonitor", nil)),
	})
	out := filepath.Join(t.TempDir(), "new")
	code, said := kmon(t, "migrate", "--kubeconfig="+config, "--out="+out)
	if code != exitFine {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	values, err := os.ReadFile(filepath.Join(out, "values.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "server:\n  replicas: 2\n  retention:\n    time: 20d\n  shards: 2\n"; string(values) != want {
		t.Errorf("values\n%s\nwant\n%s", values, want)
	}
	for _, want := range []string{"2 objects of kind ServiceMonitor", "left: prometheus.prometheusSpec.additionalAlertRelabelConfigs:"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	if code, said := kmon(t, "migrate", "--kubeconfig="+config, "--from-namespace=other", "--out="+out); code != exitCannot || !strings.Contains(said, "neither a Prometheus") {
		t.Errorf("exit code %d\n%s", code, said)
	}
}
