package parity

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestKubeconfig runs both outside of a cluster: they reach the API server, and
// say who they are, by a kubeconfig that the configuration names, and scrape the
// pod that it tells of.
func TestKubeconfig(t *testing.T) {
	t.Parallel()
	_, addr := target(t)
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	const token = "sesame"
	api := httptest.NewTLSServer(onePod{t: t, token: token, pod: corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web-1", Namespace: "shop", UID: "1", ResourceVersion: "1", Labels: map[string]string{"app": "web"}},
		Spec: corev1.PodSpec{NodeName: "node-1", Containers: []corev1.Container{{
			Name: "web", Ports: []corev1.ContainerPort{{Name: "metrics", ContainerPort: int32(n), Protocol: corev1.ProtocolTCP}},
		}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: host, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}},
	}})
	t.Cleanup(api.Close)

	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: api.Certificate().Raw})
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	write(t, kubeconfig, inline(
		"apiVersion: v1",
		"kind: Config",
		"current-context: here",
		"clusters: [{name: here, cluster: {server: '"+api.URL+"', certificate-authority-data: "+base64.StdEncoding.EncodeToString(ca)+"}}]",
		"users: [{name: me, user: {token: "+token+"}}]",
		"contexts: [{name: here, context: {cluster: here, user: me}}]",
	))
	config := inline(
		"scrape_configs:",
		"- job_name: pods",
		"  scrape_interval: 300ms",
		"  scrape_timeout: 300ms",
		"  kubernetes_sd_configs: [{role: pod, kubeconfig_file: '"+kubeconfig+"'}]",
		"  relabel_configs:",
		"  - {source_labels: [__meta_kubernetes_pod_label_app], regex: web, action: keep}",
		"  - {action: labelmap, regex: __meta_kubernetes_(namespace|pod_.*)}",
	)
	var seen [2]any
	for i, s := range bothSides() {
		in := start(t, s, server{config: config})
		awaitResult(t, in, `up{namespace="shop", pod_name="web-1", pod_node_name="node-1", pod_ready="true"} == 1`)
		seen[i] = set(ask(t, in, "series", params("match[]", `up`)))
	}
	same(t, "targets", seen[0], seen[1])
}

// onePod is as much of an API server as watching one pod takes.
type onePod struct {
	t     *testing.T
	token string
	pod   corev1.Pod
}

func (o onePod) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	q := r.URL.Query()
	switch {
	case r.Header.Get("Authorization") != "Bearer "+o.token:
		o.answer(w, metav1.Status{Status: metav1.StatusFailure, Reason: metav1.StatusReasonUnauthorized, Code: http.StatusUnauthorized})
	case r.URL.Path != "/api/v1/pods":
		o.answer(w, metav1.Status{Status: metav1.StatusFailure, Reason: metav1.StatusReasonNotFound, Code: http.StatusNotFound})
	case q.Has("sendInitialEvents"): // clients then list
		o.answer(w, metav1.Status{Status: metav1.StatusFailure, Reason: metav1.StatusReasonInvalid, Code: http.StatusUnprocessableEntity})
	case q.Has("watch"):
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	default:
		list := corev1.PodList{Items: []corev1.Pod{o.pod}}
		list.Kind, list.APIVersion, list.ResourceVersion = "PodList", "v1", "1"
		o.answer(w, list)
	}
}

func (o onePod) answer(w http.ResponseWriter, v any) {
	if s, ok := v.(metav1.Status); ok {
		s.Kind, s.APIVersion = "Status", "v1"
		w.WriteHeader(int(s.Code))
		v = s
	}
	if err := json.NewEncoder(w).Encode(v); err != nil {
		o.t.Error(err)
	}
}
