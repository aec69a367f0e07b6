package server

import (
	"crypto/sha256"
	"encoding/hex"
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
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// rig is a real server on a real port with a directory of its own.
type rig struct {
	t    testing.TB
	s    *Server
	dir  string
	opts Options
}

const quickBase = `
global: {scrape_interval: 100ms, scrape_timeout: 100ms, evaluation_interval: 100ms}
`

// newRig prepares a server that is not started yet.
func newRig(t testing.TB, base string) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir()}
	r.write("prometheus.yml", base)
	if err := os.Mkdir(r.path("live"), 0o755); err != nil {
		t.Fatal(err)
	}
	o := DefaultOptions()
	o.ConfigFile = r.path("prometheus.yml")
	o.TSDB.Path = r.path("data")
	o.WAL.Path = r.path("data")
	o.DropIns.Dir = r.path("live")
	o.Web.ListenAddresses = []string{"127.0.0.1:0"}
	o.Web.ExternalURL, _ = url.Parse("http://monitoring.test/")
	o.Web.EnableLifecycle = true
	o.Rules.GracePeriod = 0
	o.Scrape.DiscoveryReloadInterval = 10 * time.Millisecond
	r.opts = o
	return r
}

// start starts the server and waits until it is ready.
func (r *rig) start() *rig {
	r.t.Helper()
	s := r.startAnyway()
	select {
	case <-s.Ready():
	case err := <-s.Err():
		r.t.Fatalf("server failed: %v", err)
	case <-time.After(30 * time.Second):
		r.t.Fatal("server is not ready after 30 s")
	}
	return r
}

func (r *rig) startAnyway() *Server {
	r.t.Helper()
	reg := prometheus.NewRegistry()
	r.opts.Registerer, r.opts.Gatherer = reg, reg
	var w io.Writer = io.Discard
	if testing.Verbose() {
		w = r.t.Output()
	}
	r.opts.Logger = slog.New(slog.NewTextHandler(w, nil))
	s, err := New(r.opts)
	if err != nil {
		r.t.Fatal(err)
	}
	r.s = s
	s.Start()
	r.t.Cleanup(r.stop)
	return s
}

func (r *rig) stop() {
	if err := r.s.Stop(); err != nil {
		r.t.Errorf("stop: %v", err)
	}
}

func (r *rig) path(elem ...string) string { return filepath.Join(append([]string{r.dir}, elem...)...) }

func (r *rig) write(name, content string) {
	r.t.Helper()
	if err := os.WriteFile(r.path(name), []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// publish makes a generation of files, "rules/team_web_rules.yaml": content,
// and points current to it, as the sidecar does.
func (r *rig) publish(files map[string]string) (digest string) {
	r.t.Helper()
	digest = r.generation(files)
	live := r.path("live")
	if old, err := os.Readlink(filepath.Join(live, "current")); err == nil && old != "gen-"+digest {
		r.link(old, "previous")
	}
	r.link("gen-"+digest, "current")
	return digest
}

func (r *rig) link(target, name string) {
	r.t.Helper()
	tmp := r.path("live", name+".tmp")
	if err := os.Symlink(target, tmp); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(tmp, r.path("live", name)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) generation(files map[string]string) (digest string) {
	r.t.Helper()
	var m dropin.Manifest
	for file, content := range files {
		kind, name, _ := strings.Cut(file, "/")
		ref := strings.SplitN(name, "_", 3)
		sum := sha256.Sum256([]byte(content))
		m.Items = append(m.Items, dropin.ManifestItem{
			Ref:  dropin.Ref{Namespace: ref[0], Name: ref[1], Key: ref[2]},
			Kind: dropin.Kind(kind), File: file, SHA256: hex.EncodeToString(sum[:]),
		})
	}
	slices.SortFunc(m.Items, func(a, b dropin.ManifestItem) int { return strings.Compare(a.File, b.File) })
	m.Digest = dropin.DigestOf(m.Items)
	dir := r.path("live", "gen-"+m.Digest)
	for _, content := range files {
		p := r.object(content)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(content), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	raw, err := m.Encode() // as the sidecar does
	if err != nil {
		r.t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, dropin.ManifestName), raw, 0o644); err != nil {
		r.t.Fatal(err)
	}
	return m.Digest
}

// object is where the bytes of a published file lie.
func (r *rig) object(content string) string {
	r.t.Helper()
	sum := sha256.Sum256([]byte(content))
	object, err := (&dropin.ManifestItem{SHA256: hex.EncodeToString(sum[:])}).Object()
	if err != nil {
		r.t.Fatal(err)
	}
	return r.path("live", object)
}

func (r *rig) url(path string) string { return "http://" + r.s.Addr().String() + path }

// call makes a request and returns status and body.
func (r *rig) call(method, path string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(method, r.url(path), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // no redirects
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// reload asks for a reload and returns its status and answer.
func (r *rig) reload() (int, reloadAnswer) {
	r.t.Helper()
	code, body := r.call(http.MethodPost, "/-/reload")
	var a reloadAnswer
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		r.t.Fatalf("reload answered %d %q: %v", code, body, err)
	}
	return code, a
}

func (r *rig) mustReload() reloadAnswer {
	r.t.Helper()
	code, a := r.reload()
	if code != http.StatusOK {
		r.t.Fatalf("reload: %d %+v", code, a)
	}
	return a
}

// api gets an API path and decodes its data.
func (r *rig) api(path string, data any) {
	r.t.Helper()
	code, body := r.call(http.MethodGet, "/api/v1"+path)
	answer := struct {
		Status string
		Data   any
	}{Data: data}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Status != "success" {
		r.t.Fatalf("%s: %d %s (%v)", path, code, body, err)
	}
}

// query returns the values of an instant query.
func (r *rig) query(q string) (values []string) {
	r.t.Helper()
	var data struct {
		Result []struct{ Value [2]any }
	}
	r.api("/query?query="+url.QueryEscape(q), &data)
	for _, s := range data.Result {
		values = append(values, fmt.Sprint(s.Value[1]))
	}
	return values
}

// await waits until cond holds.
func (r *rig) await(what string, cond func() bool) {
	r.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if cond() {
			return
		}
	}
	r.t.Fatalf("not after 20 s: %s", what)
}

// target serves metrics and counts who asks.
func target(t testing.TB, metrics string) (addr string) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = io.WriteString(w, metrics)
	}))
	t.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://")
}

// job is a scrape drop-in with one static target.
func job(name, addr string) string {
	return fmt.Sprintf("scrape_configs:\n- job_name: %s\n  static_configs: [{targets: ['%s']}]\n", name, addr)
}

// alert is a rules drop-in with one alert.
func alert(name, expr, hold string) string {
	return fmt.Sprintf("groups:\n- name: g\n  rules:\n  - alert: %s\n    expr: %s\n    for: %s\n", name, expr, hold)
}
