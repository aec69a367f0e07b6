package alertmanager

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/alertmanager"
)

// rig is a sidecar on a directory of manifests, and Alertmanager beside it.
type rig struct {
	t    *testing.T
	dir  string
	am   *instance.Instance
	side *sidecar.Sidecar
	got  *receiver
	urls string // where the receivers listen, without the path
}

// receiver is where Alertmanager sends. It keeps the names of alerts by path.
type receiver struct {
	mu  sync.Mutex // guards got
	got map[string][]string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var n struct {
		Alerts []struct{ Labels map[string]string }
	}
	if err := json.NewDecoder(req.Body).Decode(&n); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range n.Alerts {
		r.got[req.URL.Path] = append(r.got[req.URL.Path], a.Labels["alertname"])
	}
}

// at returns the alerts that came to a path, each once.
func (r *receiver) at(path string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := slices.Clone(r.got[path])
	slices.Sort(names)
	return slices.Compact(names)
}

func newRig(t *testing.T) *rig {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and runs Alertmanager")
	}
	r := &rig{t: t, dir: t.TempDir(), got: &receiver{got: map[string][]string{}}}
	srv := httptest.NewServer(r.got)
	t.Cleanup(srv.Close)
	r.urls = srv.URL
	r.write("base.yml", fmt.Sprintf(`
route: {receiver: platform, group_by: ["..."], group_wait: 10ms, group_interval: 100ms}
receivers: [{name: platform, webhook_configs: [{url: "%s/platform"}]}]
`, srv.URL))
	if err := os.Mkdir(filepath.Join(r.dir, "drop-ins"), 0o755); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) write(path, text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, path), []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// drop writes a manifest with one fragment. "URL" in it is where the receivers are.
func (r *rig) drop(namespace, name, fragment string) {
	r.t.Helper()
	fragment = strings.ReplaceAll(fragment, "URL", r.urls)
	data, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"namespace": namespace, "name": name, "labels": map[string]string{dropin.Label: "alertmanager"}},
		"data":     map[string]string{"am.yaml": fragment},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.write(filepath.Join("drop-ins", namespace+"-"+name+".json"), string(data))
}

// start runs both.
func (r *rig) start() {
	t := r.t
	t.Helper()
	binary, err := build.Ensure(t.Context(), build.Alertmanager())
	if err != nil {
		t.Fatal(err)
	}
	published := filepath.Join(r.dir, "published")
	// The file is there before Alertmanager is, which is what the sidecar is for;
	// where Alertmanager listens is known only when it runs.
	address := &url.URL{Scheme: "http"}
	live, err := livedir.Open(filepath.Join(r.dir, "live"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	opts := sidecar.DefaultOptions()
	opts.Logger, opts.Registerer = log, prometheus.NewRegistry()
	sink, err := alertmanager.New(alertmanager.Options{
		Live: live, Base: filepath.Join(r.dir, "base.yml"), Published: published, URL: address, Client: http.DefaultClient,
		Policy: dropin.Policy{Trusted: []string{"monitoring"}}, Logger: log, Registerer: opts.Registerer,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r.am, err = instance.Start(ctx, instance.Spec{
		Binary: binary, Dir: t.TempDir(),
		Args: []string{
			"--config.file=" + filepath.Join(published, "current", "alertmanager.yml"), "--storage.path=data",
			"--web.listen-address={addr}", "--cluster.listen-address=",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.am.Kill)
	address.Host = strings.TrimPrefix(r.am.URL, "http://")
	opts.Sink, opts.Restored, opts.Policy = sink, sink.Restored(), sink.Policy()
	opts.Kinds = []dropin.Kind{dropin.KindAlertmanager}
	opts.Sources = []sidecar.Source{sidecar.NewDirectory(filepath.Join(r.dir, "drop-ins"), func(string, error) {})}
	if r.side, err = sidecar.New(opts); err != nil {
		t.Fatal(err)
	}
	run, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.side.Run(run) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// await waits until each drop-in is in its state: "team/a/am.yaml=active".
func (r *rig) await(want ...string) {
	r.t.Helper()
	r.until(func() error {
		var got []string
		for _, d := range r.side.Status().DropIns {
			got = append(got, d.Ref.String()+"="+string(d.State))
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("drop-ins %v, want %v", got, want)
		}
		return nil
	})
}

// confirmed waits until Alertmanager runs what was published, with a text in it.
// Alertmanager does not send again what it sent to a receiver of the same name, so
// nothing may be sent before.
func (r *rig) confirmed(text string) {
	r.t.Helper()
	r.until(func() error {
		raw, err := os.ReadFile(filepath.Join(r.dir, "published", "current", "alertmanager.yml"))
		if err != nil {
			return err
		}
		if st := r.side.Status(); !strings.Contains(string(raw), text) || st.Digest != st.Confirmed {
			return fmt.Errorf("%s is confirmed of %s, with %s: %t", st.Confirmed, st.Digest, text, strings.Contains(string(raw), text))
		}
		return nil
	})
}

func (r *rig) until(check func() error) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	if err := instance.Await(ctx, 20*time.Millisecond, func(context.Context) error { return check() }); err != nil {
		r.t.Fatalf("%v\n%s", err, r.am.Tail(10))
	}
}

// fire sends an alert to Alertmanager.
func (r *rig) fire(name, namespace string) {
	r.t.Helper()
	body := fmt.Sprintf(`[{"labels": {"alertname": %q, "namespace": %q}}]`, name, namespace)
	resp, err := http.Post(r.am.URL+"/api/v2/alerts", "application/json", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if raw, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %s", resp.Status, raw)
	}
}

// received waits until these alerts, and no others, have come to a path.
func (r *rig) received(path string, want ...string) {
	r.t.Helper()
	r.until(func() error {
		if got := r.got.at(path); !slices.Equal(got, want) {
			return fmt.Errorf("%s got %v, want %v", path, got, want)
		}
		return nil
	})
}
