package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang/snappy"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/prompb"
	"golang.org/x/crypto/bcrypt"
)

func discard() *slog.Logger             { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
func newRegistry() *prometheus.Registry { return prometheus.NewRegistry() }

func TestAPI_Basics(t *testing.T) {
	addr := target(t, "# TYPE m counter\nm 1\n")
	r := newRig(t, quickBase+"scrape_configs:\n- job_name: x\n  static_configs: [{targets: ['"+addr+"']}]\nrule_files: [r*.yml]\n")
	r.write("r1.yml", alert("A", "m == 1", "0s"))
	r.start()
	r.await("the alert fires", func() bool { return len(r.query(`ALERTS{alertstate="firing"}`)) == 1 })
	for path, want := range map[string]string{
		"/api/v1/query?query=m":                             `"value":[`,
		"/api/v1/query_range?query=m&start=0&end=10&step=5": `"matrix"`,
		"/api/v1/query_exemplars?query=m":                   `"success"`,
		"/api/v1/format_query?query=a%2Bb":                  `a + b`,
		"/api/v1/parse_query?query=m":                       `"vectorSelector"`,
		"/api/v1/labels":                                    `"__name__"`,
		"/api/v1/label/job/values":                          `"x"`,
		"/api/v1/series?match[]=m":                          `"instance"`,
		"/api/v1/scrape_pools":                              `"x"`,
		"/api/v1/targets":                                   `"health":"up"`,
		"/api/v1/targets/metadata":                          `"counter"`,
		"/api/v1/metadata":                                  `"counter"`,
		"/api/v1/rules":                                     r.path("r1.yml"),
		"/api/v1/alerts":                                    `"firing"`,
		"/api/v1/alertmanagers":                             `"activeAlertmanagers"`,
		"/api/v1/status/config":                             `scrape_interval: 100ms`,
		"/api/v1/status/flags":                              `"success"`,
		"/api/v1/status/runtimeinfo":                        `"storageRetention":"15d"`,
		"/api/v1/status/buildinfo":                          `"version"`,
		"/api/v1/status/tsdb":                               `"headStats"`,
		"/api/v1/status/tsdb/blocks":                        `"success"`,
		"/api/v1/status/walreplay":                          `"success"`,
		"/api/v1/status/dropins":                            `"items":[]`,
		"/api/v1/features":                                  `"lifecycle":true`,
		"/api/v1/notifications":                             `"success"`,
		"/api/v1/openapi.yaml":                              `/query_range:`,
		"/federate?match[]=m":                               `# TYPE m untyped`,
		"/metrics":                                          `prometheus_http_requests_total`,
		"/version":                                          `"goVersion"`,
		"/-/healthy":                                        `Healthy`,
		"/-/ready":                                          `Ready`,
		"/debug/pprof/":                                     `goroutine`,
		"/":                                                 `<base href="./" />`,
		"/graph?g0.expr=up":                                 `<base href="./" />`,
		"/dashboards/shop":                                  `<base href="../" />`,
		"/api/v1/dashboards":                                `{"data":[],"status":"success"}`,
	} {
		if code, body := r.call(http.MethodGet, path); code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.300s, want 200 and %s", path, code, body, want)
		}
	}
	for path, want := range map[string]int{
		"/api/v1/query?query=(": http.StatusBadRequest,
		"/api/v1/nothing":       http.StatusNotFound,
		"/nothing":              http.StatusNotFound,
		"/-/reload":             http.StatusMethodNotAllowed,
	} {
		if code, body := r.call(http.MethodGet, path); code != want {
			t.Errorf("%s: %d %.200s, want %d", path, code, body, want)
		}
	}
	for _, path := range []string{"/api/v1/write", "/api/v1/otlp/v1/metrics"} {
		if code, _ := r.call(http.MethodPost, path); code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404 unless enabled", path, code)
		}
	}
	if code, body := r.call(http.MethodPost, "/api/v1/admin/tsdb/snapshot"); code == http.StatusOK {
		t.Errorf("admin API is open: %s", body)
	}
}

func TestWeb_RoutePrefix(t *testing.T) {
	r := newRig(t, quickBase)
	r.opts.Web.ExternalURL, _ = url.Parse("https://example.test/prom")
	r.start()
	for path, want := range map[string]int{
		"/prom/api/v1/labels": 200, "/prom/-/ready": 200, "/prom/metrics": 200, "/": 302, "/-/ready": 404,
		"/prom/": 200, "/prom/alerts": 200, "/prom/d/uid/slug": 200, "/prom/api/v1/dashboards": 200, "/alerts": 404,
	} {
		if code, body := r.call(http.MethodGet, path); code != want {
			t.Errorf("%s: %d %.100s, want %d", path, code, body, want)
		}
	}
}

func TestWeb_LifecycleIsOffByDefault(t *testing.T) {
	r := newRig(t, quickBase)
	r.opts.Web.EnableLifecycle = false
	r.opts.DropIns.ReloadSocket = r.path("s")
	r.write("s", "") // not a socket
	r.opts.Logger, r.opts.Registerer, r.opts.Gatherer = discard(), newRegistry(), newRegistry()
	if _, err := New(r.opts); err == nil {
		t.Fatal("a file in the socket's place was removed")
	}
	if err := os.Remove(r.path("s")); err != nil {
		t.Fatal(err)
	}
	leaveStaleSocket(t, r.path("s"))
	r.start()
	for _, path := range []string{"/-/reload", "/-/quit"} {
		if code, _ := r.call(http.MethodPost, path); code != http.StatusForbidden {
			t.Errorf("%s: %d, want 403", path, code)
		}
	}

	// The sidecar's door is open all the same, to those the file mode lets in.
	if fi, err := os.Stat(r.path("s")); err != nil || fi.Mode().Perm() != 0o660 {
		t.Errorf("socket %v %v, want mode 0660", fi, err)
	}
	digest := r.publish(map[string]string{"rules/a_b_c": alert("A", "vector(1)", "1h")})
	door := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", r.path("s"))
	}}}
	defer door.CloseIdleConnections()
	resp, err := door.Post("http://server/-/reload", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != 200 || !strings.Contains(string(body), digest) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

// leaveStaleSocket leaves what a killed server would.
func leaveStaleSocket(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	_ = l.Close()
}

func TestWeb_QuitAndSignal(t *testing.T) {
	r := newRig(t, quickBase)
	reload := make(chan struct{})
	r.opts.Reload = reload
	r.start()
	digest := r.publish(map[string]string{"rules/a_b_c": alert("A", "vector(1)", "1h")})
	reload <- struct{}{}
	r.await("the signal reloads", func() bool { return r.s.running.Load().Digest() == digest })

	if code, _ := r.call(http.MethodPost, "/-/quit"); code != 200 {
		t.Errorf("quit: %d", code)
	}
	select {
	case <-r.s.quit:
	case <-time.After(30 * time.Second):
		t.Error("nobody was told to quit")
	}
}

func TestWeb_TLSAndPassword(t *testing.T) {
	r := newRig(t, quickBase)
	hash, err := bcrypt.GenerateFromPassword([]byte("secret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	cert, key := selfSigned(t)
	r.write("cert.pem", cert)
	r.write("key.pem", key)
	r.write("web.yml", "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\nbasic_auth_users: {me: '"+string(hash)+"'}\n")
	r.opts.Web.ConfigFile = r.path("web.yml")
	r.start()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	for password, want := range map[string]int{"secret": 200, "guess": 401} {
		req, err := http.NewRequest(http.MethodGet, "https://"+r.s.Addr().String()+"/api/v1/labels", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("me", password)
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("password %s: %d, want %d", password, resp.StatusCode, want)
		}
	}
}

func TestWeb_RemoteWriteReceiver(t *testing.T) {
	r := newRig(t, quickBase)
	r.opts.Web.EnableRemoteWriteReceiver = true
	r.start()
	r.push(42, "__name__", "pushed")
	if v := r.query("pushed"); len(v) != 1 || v[0] != "42" {
		t.Errorf("got %v", v)
	}
}

// push sends one sample of a series, given as names and values of its labels.
func (r *rig) push(value float64, series ...string) {
	r.t.Helper()
	req := prompb.WriteRequest{Timeseries: []prompb.TimeSeries{{
		Samples: []prompb.Sample{{Value: value, Timestamp: time.Now().UnixMilli()}},
	}}}
	for pair := range slices.Chunk(series, 2) {
		req.Timeseries[0].Labels = append(req.Timeseries[0].Labels, prompb.Label{Name: pair[0], Value: pair[1]})
	}
	raw, err := req.Marshal()
	if err != nil {
		r.t.Fatal(err)
	}
	post, err := http.NewRequest(http.MethodPost, r.url("/api/v1/write"), bytes.NewReader(snappy.Encode(nil, raw)))
	if err != nil {
		r.t.Fatal(err)
	}
	post.Header.Set("Content-Type", "application/x-protobuf")
	post.Header.Set("Content-Encoding", "snappy")
	resp, err := http.DefaultClient.Do(post)
	if err != nil {
		r.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		r.t.Fatalf("status %d", resp.StatusCode)
	}
}

// A browser sends an Origin with every POST. Whoever embeds the server with
// [DefaultOptions] answers it as the flag's default does.
func TestWeb_OriginIsAllowedByDefault(t *testing.T) {
	r := newRig(t, quickBase).start()
	req, err := http.NewRequest(http.MethodPost, "http://"+r.s.Addr().String()+"/api/v1/query", strings.NewReader("query=1"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "http://grafana.test")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Access-Control-Allow-Origin"); resp.StatusCode != http.StatusOK || got != "*" {
		t.Errorf("status %d, allowed origin %q", resp.StatusCode, got)
	}
}
