package server

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/explain"
)

// apiServer is a Kubernetes API server with pods that never change. It returns
// its kubeconfig.
func apiServer(t *testing.T, pods ...corev1.Pod) (kubeconfig string) {
	t.Helper()
	done := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch {
		case r.URL.Path != "/api/v1/pods":
			http.NotFound(w, r)
		case q.Get("sendInitialEvents") != "":
			// As API servers do that cannot stream the first list.
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnprocessableEntity)
			_ = json.NewEncoder(w).Encode(metav1.Status{
				TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
				Status:   metav1.StatusFailure, Reason: metav1.StatusReasonInvalid, Code: http.StatusUnprocessableEntity,
			})
		case q.Get("watch") != "":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-done:
			}
		default:
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(corev1.PodList{
				TypeMeta: metav1.TypeMeta{Kind: "PodList", APIVersion: "v1"},
				ListMeta: metav1.ListMeta{ResourceVersion: "1"}, Items: pods,
			})
		}
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(done) })
	return `{apiVersion: v1, kind: Config, current-context: x, contexts: [{name: x, context: {cluster: x}}],
  clusters: [{name: x, cluster: {server: '` + srv.URL + `'}}]}`
}

func podAt(t *testing.T, name, addr, portName string) corev1.Pod {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := net.LookupPort("tcp", port)
	if err != nil {
		t.Fatal(err)
	}
	return corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: name, Labels: map[string]string{"app": "web"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "web", Ports: []corev1.ContainerPort{{Name: portName, ContainerPort: int32(n)}},
		}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: host},
	}
}

func TestExplain(t *testing.T) {
	addr := target(t, "m 1\n")
	r := newRig(t, quickBase+"scrape_configs:\n- job_name: fixed\n  static_configs: [{targets: ['"+addr+"']}]\n")
	r.write("kubeconfig", apiServer(t, podAt(t, "good-0", addr, "metrics"), podAt(t, "bad-0", addr, "http")))
	r.publish(map[string]string{"scrape/team_web_job.yaml": `
scrape_configs:
- job_name: team/web/job.yaml/web
  kubernetes_sd_configs: [{role: pod, kubeconfig_file: ` + r.path("kubeconfig") + `, namespaces: {names: [team]}}]
  relabel_configs:
  - {source_labels: [job], regex: 'team/web/job\.yaml/web', target_label: job, replacement: web}
  - {action: keep, source_labels: [__meta_kubernetes_pod_label_app], regex: web}
  - {action: keep, source_labels: [__meta_kubernetes_pod_container_port_name], regex: metrics}
`})
	r.start()
	ask := func(target string) (a explain.Answer) {
		r.api("/explain?target="+url.QueryEscape(target), &a)
		return a
	}
	r.await("the good pod is scraped", func() bool { a := ask("team/good-0"); return a.Scraped && a.Jobs[0].Health == "up" })

	good := ask("pod/team/good-0")
	if want := "pod/team/good-0 is scraped by team/web/job.yaml/web"; good.Summary != want || good.Jobs[0].DropIn.String() != "team/web/job.yaml" {
		t.Errorf("%q of %v, want %q", good.Summary, good.Jobs[0].DropIn, want)
	}
	bad := ask("team/bad-0")
	if want := `job team/web/job.yaml/web drops it at relabel step 2: keep __meta_kubernetes_pod_container_port_name="http" does not match "metrics"`; !strings.Contains(bad.Summary, want) {
		t.Errorf("%q, want %s", bad.Summary, want)
	}
	if !strings.Contains(bad.Remedy, "it has http") || bad.Considered != 2 || bad.Excluded.Unseen != 1 {
		t.Errorf("remedy %q, %d considered, %+v", bad.Remedy, bad.Considered, bad.Excluded)
	}
	if none := ask("team/none"); none.Exists || !strings.Contains(none.Summary, "there is no such pod") {
		t.Error(none.Summary)
	}
	if fixed := ask(addr); !strings.Contains(fixed.Summary, "team/web/job.yaml/web, fixed") {
		t.Errorf("%q, want it to name both jobs", fixed.Summary)
	}

	for _, q := range []string{"", "?target=nothing", "?target=a/b&verbose=perhaps"} {
		code, body := r.call(http.MethodGet, "/api/v1/explain"+q)
		if code != http.StatusBadRequest || !strings.Contains(body, `"errorType":"bad_data"`) {
			t.Errorf("%q: %d %s", q, code, body)
		}
	}
}
