package alertmanager

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	amconfig "github.com/prometheus/alertmanager/config"
	amtemplate "github.com/prometheus/alertmanager/template"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

const baseConfig = `
global: {slack_api_url: "http://slack/the-platforms-url"}
route: {receiver: none}
receivers: [{name: none}]
`

// standIn answers as Alertmanager does: it reloads its file with Alertmanager's own
// parser. A test against the program itself is in ci/peer/alertmanager.
type standIn struct {
	file string

	mu         sync.Mutex // guards all below
	config     *amconfig.Config
	hash       float64
	successful int
	reloads    int
	// refuse makes it refuse a file that holds the text.
	refuse string
}

func (a *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch r.Method + " " + r.URL.Path {
	case "POST /am/-/reload":
		a.reloads++
		if err := a.load(); err != nil {
			a.successful = 0
			http.Error(w, "failed to reload config: "+err.Error(), http.StatusInternalServerError)
			return
		}
		a.successful = 1
	case "GET /am/metrics":
		fmt.Fprintf(w, "# TYPE alertmanager_config_hash gauge\nalertmanager_config_hash %g\n# TYPE alertmanager_config_last_reload_successful gauge\nalertmanager_config_last_reload_successful %d\n", a.hash, a.successful)
	default:
		http.NotFound(w, r)
	}
}

func (a *standIn) load() error {
	raw, err := os.ReadFile(a.file)
	if err != nil {
		return err
	}
	if a.refuse != "" && strings.Contains(string(raw), a.refuse) {
		return errors.New(`cannot use "hunter2"`)
	}
	c, err := amconfig.LoadFile(a.file)
	if err != nil {
		return err
	}
	if _, err := amtemplate.FromGlobs(c.Templates); err != nil {
		return err
	}
	a.config, a.hash = c, configHash(raw)
	return nil
}

func (a *standIn) receivers() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var names []string
	for _, r := range a.config.Receivers {
		names = append(names, r.Name)
	}
	return strings.Join(names, " ")
}

// rig is a sink, its directories and who reads them.
type rig struct {
	*Sink
	am         *standIn
	base, live string
	opts       Options
}

func newRig(t *testing.T) *rig {
	t.Helper()
	dir := t.TempDir()
	r := &rig{base: filepath.Join(dir, "base", "alertmanager.yml"), live: filepath.Join(dir, "live")}
	if err := os.Mkdir(filepath.Dir(r.base), 0o755); err != nil {
		t.Fatal(err)
	}
	r.write(t, baseConfig)
	r.am = &standIn{file: filepath.Join(dir, "published", "current", "alertmanager.yml")}
	srv := httptest.NewServer(r.am)
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL + "/am")
	if err != nil {
		t.Fatal(err)
	}
	r.opts = Options{
		Base: r.base, Published: filepath.Join(dir, "published"), URL: u, Client: srv.Client(),
		Policy: dropin.Policy{Trusted: []string{"monitoring"}}, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	r.start(t)
	return r
}

// start begins a life of the sidecar.
func (r *rig) start(t *testing.T) {
	t.Helper()
	var err error
	if r.opts.Live, err = livedir.Open(r.live); err != nil {
		t.Fatal(err)
	}
	r.opts.Registerer = prometheus.NewRegistry()
	if r.Sink, err = New(r.opts); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) write(t *testing.T, base string) {
	t.Helper()
	if err := os.WriteFile(r.base, []byte(base), 0o600); err != nil {
		t.Fatal(err)
	}
}

// bundle assembles fragments by their keys: "team/app/am.yaml".
func (r *rig) bundle(t *testing.T, fragments map[string]string) *dropin.Bundle {
	t.Helper()
	var items []dropin.Checked
	for name, data := range fragments {
		ref, err := dropin.ParseRef(name)
		if err != nil {
			t.Fatal(err)
		}
		c := dropin.Check(dropin.Item{Ref: ref, Kind: dropin.KindAlertmanager, Data: []byte(data)}, r.Policy())
		if !c.OK() {
			t.Fatal(c.Problems)
		}
		items = append(items, c)
	}
	b, problems := dropin.Assemble(items, r.Policy())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return b
}

const chat = "route: {receiver: chat}\nreceivers: [{name: chat, slack_configs: [{channel: c}]}]\n"

func TestApplyConfirmsByTheHash(t *testing.T) {
	r := newRig(t)
	b := r.bundle(t, map[string]string{"team/a/am.yaml": chat, "team/a/x.tmpl": `{{ define "team.x" }}x{{ end }}`})
	if _, err := r.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if got, want := r.am.receivers(), "none team/a/am.yaml/chat"; got != want {
		t.Errorf("receivers %q, want %q", got, want)
	}
	// The same again asks for no reload, which would restart all timers.
	if _, err := r.Apply(t.Context(), b); err != nil || r.am.reloads != 1 {
		t.Errorf("%d reloads, %v", r.am.reloads, err)
	}
	// Templates count as well.
	b = r.bundle(t, map[string]string{"team/a/am.yaml": chat, "team/a/x.tmpl": `{{ define "team.x" }}y{{ end }}`})
	if _, err := r.Apply(t.Context(), b); err != nil || r.am.reloads != 2 {
		t.Errorf("%d reloads, %v", r.am.reloads, err)
	}
	for path, want := range map[string]os.FileMode{r.am.file: 0o640, filepath.Dir(r.am.file): 0o750} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestRefusalGoesBack(t *testing.T) {
	r := newRig(t)
	good := r.bundle(t, map[string]string{"team/a/am.yaml": chat})
	if _, err := r.Apply(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	r.am.refuse = "team/b"
	_, err := r.Apply(t.Context(), r.bundle(t, map[string]string{"team/a/am.yaml": chat, "team/b/am.yaml": chat}))
	refused, ok := errors.AsType[*sidecar.Refused](err)
	if !ok || strings.Contains(refused.Reason, "hunter2") {
		t.Fatalf("got %v", err)
	}
	raw, err := os.ReadFile(r.am.file)
	if err != nil || strings.Contains(string(raw), "team/b") {
		t.Errorf("a start would find what was refused: %v", err)
	}
	// Alertmanager says that its last reload failed until it reloads what it runs.
	if _, err := r.Apply(t.Context(), good); err != nil || r.am.successful != 1 {
		t.Errorf("%v", err)
	}
}

func TestAnswersThatConfirmNothing(t *testing.T) {
	r := newRig(t)
	b := r.bundle(t, map[string]string{"team/a/am.yaml": chat})
	away := *r.opts.URL
	away.Path = "/nothing"
	r.reader.neighbour.url = &away
	for range 2 {
		_, err := r.Apply(t.Context(), b)
		if _, refused := errors.AsType[*sidecar.Refused](err); err == nil || refused {
			t.Errorf("got %v", err)
		}
	}
	// What was published stays: one that starts now should find the newest.
	if raw, err := os.ReadFile(r.am.file); err != nil || !strings.Contains(string(raw), "team/a") {
		t.Error(err)
	}
}

// A change of the base reaches Alertmanager, and names whom it does not allow any
// more.
func TestTheBaseChanges(t *testing.T) {
	r := newRig(t)
	both := r.bundle(t, map[string]string{"team/a/am.yaml": chat, "team/b/am.yaml": "route: {receiver: x}\nreceivers: [{name: x}]\n"})
	if _, err := r.Apply(t.Context(), both); err != nil {
		t.Fatal(err)
	}
	r.write(t, "route: {receiver: other}\nreceivers: [{name: other}]\n")
	_, err := r.Apply(t.Context(), both)
	refused, ok := errors.AsType[*sidecar.Refused](err)
	if !ok || len(refused.Items) != 1 || refused.Items[0].Ref.Name != "a" {
		t.Fatalf("got %v", err)
	}
	rest := r.bundle(t, map[string]string{"team/b/am.yaml": "route: {receiver: x}\nreceivers: [{name: x}]\n"})
	if _, err := r.Apply(t.Context(), rest); err != nil || r.am.receivers() != "other team/b/am.yaml/x" {
		t.Errorf("%v", err)
	}
	// One that is broken changes nothing.
	r.write(t, "route: {")
	if _, err := r.Apply(t.Context(), rest); err != nil || r.am.receivers() != "other team/b/am.yaml/x" {
		t.Errorf("%v", err)
	}
}

// A new life publishes before it asks anybody what the one before had, and what
// does not fit any more is left out.
func TestStartsWithWhatWas(t *testing.T) {
	r := newRig(t)
	if !r.Ready() {
		t.Error("not ready with the base alone")
	}
	b := r.bundle(t, map[string]string{"team/a/am.yaml": chat, "team/b/am.yaml": "route: {receiver: x}\nreceivers: [{name: x}]\n"})
	if _, err := r.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(r.opts.Published); err != nil {
		t.Fatal(err)
	}
	r.write(t, "route: {receiver: none}\nreceivers: [{name: none}]\n")
	r.start(t)
	raw, err := os.ReadFile(r.am.file)
	if err != nil || !strings.Contains(string(raw), "team/b/am.yaml/x") || strings.Contains(string(raw), "team/a/") {
		t.Errorf("%v\n%s", err, raw)
	}
}

func TestBaseThatIsBrokenFromTheStart(t *testing.T) {
	r := newRig(t)
	r.write(t, "route: {receiver: none}\nreceivers: [{name: hunter2}]\n")
	r.opts.Registerer = prometheus.NewRegistry()
	if _, err := New(r.opts); err == nil || strings.Contains(err.Error(), "none") {
		t.Errorf("got %v", err)
	}
}
