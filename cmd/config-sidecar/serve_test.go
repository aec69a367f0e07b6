package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// apiServer answers as an API server with two labeled ConfigMaps in which
// nothing changes, and keeps the Events that it is sent.
type apiServer struct {
	mu     sync.Mutex
	events []corev1.Event
}

func (a *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasPrefix(r.URL.Path, "/apis/"):
		// As a cluster without the CRDs.
		w.WriteHeader(http.StatusNotFound)
		_ = json.NewEncoder(w).Encode(metav1.Status{
			TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Reason: metav1.StatusReasonNotFound, Code: 404,
		})
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/events"):
		var ev corev1.Event
		if err := json.NewDecoder(r.Body).Decode(&ev); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		a.mu.Lock()
		a.events = append(a.events, ev)
		a.mu.Unlock()
		_ = json.NewEncoder(w).Encode(ev)
	case r.URL.Query().Get("sendInitialEvents") == "true":
		// As a server that does not know streaming lists.
		w.WriteHeader(http.StatusUnprocessableEntity)
		_ = json.NewEncoder(w).Encode(metav1.Status{
			TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Reason: metav1.StatusReasonInvalid, Code: 422,
		})
	case r.URL.Query().Get("watch") != "":
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	default:
		_ = json.NewEncoder(w).Encode(corev1.ConfigMapList{
			TypeMeta: metav1.TypeMeta{Kind: "ConfigMapList", APIVersion: "v1"},
			ListMeta: metav1.ListMeta{ResourceVersion: "10"},
			Items:    []corev1.ConfigMap{configMap("good", "up"), configMap("bad", "sum(")},
		})
	}
}

func configMap(name, expr string) corev1.ConfigMap {
	return corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "team", Name: name, ResourceVersion: "9", UID: "uid",
			Labels: map[string]string{dropin.Label: string(dropin.KindRules)},
		},
		Data: map[string]string{"rules.yaml": "groups: [{name: g, rules: [{record: r, expr: \"" + expr + "\"}]}]\n"},
	}
}

// output is what the program prints, read while it runs.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func await(t *testing.T, what string, out *output, f func() error) {
	t.Helper()
	err := fmt.Errorf("never looked")
	for deadline := time.Now().Add(30 * time.Second); err != nil; time.Sleep(5 * time.Millisecond) {
		if err = f(); err != nil && time.Now().After(deadline) {
			t.Fatalf("%s: %v\n%s", what, err, out)
		}
	}
}

func kubeconfig(t *testing.T, server string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"x","clusters":[{"name":"x","cluster":{"server":%q}}],`+
		`"users":[{"name":"x","user":{}}],"contexts":[{"name":"x","context":{"cluster":"x","user":"x"}}]}`, server)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func get(url string) (string, error) {
	resp, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, raw)
	}
	return string(raw), err
}

// The sidecar is ready before its neighbour is there, and confirms when it comes.
func TestFromConfigMapToReload(t *testing.T) {
	api := &apiServer{}
	srv := httptest.NewServer(api)
	// Close alone would wait for the watch, which ends with the sidecar only.
	defer func() { srv.CloseClientConnections(); srv.Close() }()
	live := filepath.Join(t.TempDir(), "drop-ins")
	socket := filepath.Join(t.TempDir(), "reload.sock")
	out := &output{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{
			"--kubeconfig=" + kubeconfig(t, srv.URL), "--live-dir=" + live,
			"--reload-url=unix://" + socket, "--listen-address=127.0.0.1:0",
		}, out, out)
	}()
	var address string
	await(t, "the address", out, func() error {
		m := regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`).FindStringSubmatch(out.String())
		if m == nil {
			return fmt.Errorf("not logged")
		}
		address = "http://" + m[1]
		return nil
	})
	await(t, "ready", out, func() error { _, err := get(address + "/readyz"); return err })
	if manifest, err := os.ReadFile(filepath.Join(live, "current", "manifest.json")); err != nil || !strings.Contains(string(manifest), "rules/team_good_rules.yaml") {
		t.Error(err)
	}
	state := func(want ...string) func() error {
		return func() error {
			status, err := get(address + "/status")
			for _, w := range want {
				if err == nil && !strings.Contains(status, `"state": "`+w+`"`) {
					err = fmt.Errorf("nothing is %s in %s", w, status)
				}
			}
			return err
		}
	}
	await(t, "pending", out, state("pending", "rejected"))

	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	neighbour := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		target, err := os.Readlink(filepath.Join(live, "current"))
		if err != nil {
			t.Error(err)
		}
		fmt.Fprintf(w, `{"status":"success","digest":%q}`, strings.TrimPrefix(target, "gen-"))
	})}
	go neighbour.Serve(l)
	defer neighbour.Close()
	await(t, "active", out, state("active", "rejected"))
	await(t, "an Event", out, func() error {
		api.mu.Lock()
		defer api.mu.Unlock()
		if len(api.events) != 1 || api.events[0].InvolvedObject.Name != "bad" || api.events[0].Type != "Warning" {
			return fmt.Errorf("Events: %+v", api.events)
		}
		return nil
	})
	await(t, "status.json", out, func() error {
		raw, err := os.ReadFile(filepath.Join(live, "status.json"))
		if err == nil && !strings.Contains(string(raw), `"state":"active"`) {
			err = fmt.Errorf("%s", raw)
		}
		return err
	})
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
