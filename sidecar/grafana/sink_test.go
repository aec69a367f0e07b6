package grafana

import (
	"errors"
	"log/slog"
	"maps"
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
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

// rig is a sink, its directories and who reads them.
type rig struct {
	*Sink
	grafana *standIn
	dir     string
	opts    Options
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{dir: t.TempDir()}
	r.write(t, "base/datasources/own.yaml", "apiVersion: 1\nprune: true\ndatasources:\n- {name: Prometheus, uid: prometheus, type: prometheus, isDefault: true}\n")
	r.write(t, "password", "secret\n")
	r.grafana = newStandIn(filepath.Join(r.dir, "published", "provisioning"))
	srv := httptest.NewServer(r.grafana)
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL + "/grafana")
	if err != nil {
		t.Fatal(err)
	}
	r.opts = Options{
		Base: filepath.Join(r.dir, "base"), Published: filepath.Join(r.dir, "published"),
		URL: u, Client: srv.Client(), PasswordFile: filepath.Join(r.dir, "password"),
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	r.start(t)
	return r
}

// start begins a life of the sidecar.
func (r *rig) start(t *testing.T) {
	t.Helper()
	var err error
	if r.opts.Live, err = livedir.Open(filepath.Join(r.dir, "live")); err != nil {
		t.Fatal(err)
	}
	r.opts.Registerer = prometheus.NewRegistry()
	if r.Sink, err = New(r.opts); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) write(t *testing.T, path, data string) {
	t.Helper()
	full := filepath.Join(r.dir, path)
	if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o755), os.WriteFile(full, []byte(data), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// files returns the published files that are not the base's.
func (r *rig) files(t *testing.T) string {
	t.Helper()
	var out []string
	for path := range r.reader.mirror.written {
		if !strings.HasSuffix(path, "own.yaml") && !strings.HasSuffix(path, providerFile) {
			out = append(out, path)
		}
		if _, err := os.Stat(filepath.Join(r.opts.Published, path)); err != nil {
			t.Error(err)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// drop is a drop-in of the namespace team. Its kind is told by the key.
type drop struct{ name, folder, data string }

func (r *rig) bundle(t *testing.T, drops ...drop) *dropin.Bundle {
	t.Helper()
	var items []dropin.Checked
	for i, d := range drops {
		kind := dropin.KindDatasource
		if strings.HasSuffix(d.name, ".json") {
			kind = dropin.KindDashboard
		}
		ref, err := dropin.ParseRef("team/" + d.name)
		if err != nil {
			t.Fatal(err)
		}
		c := dropin.Check(dropin.Item{
			Ref: ref, Kind: kind, Data: []byte(d.data), Folder: d.folder, Created: time.Unix(int64(i+1), 0),
		}, r.Policy())
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

func (r *rig) apply(t *testing.T, b *dropin.Bundle) {
	t.Helper()
	if _, err := r.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// has lists what the stand-in has: dashboards with their folders, datasources.
func (r *rig) has() string {
	var out []string
	for uid, d := range r.grafana.dashboards {
		out = append(out, d.folder+"/"+uid)
	}
	for _, ds := range r.grafana.datasources {
		out = append(out, ds.Name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

var (
	api  = drop{"a/api.json", "Team/Services", `{"uid": "api", "title": "API"}`}
	db   = drop{"a/db.json", "General", `{"uid": "db", "title": "Database"}`}
	logs = drop{"a/logs", "", "datasources: [{name: Logs, uid: logs, type: loki}]"}
)

func TestApply(t *testing.T) {
	r := newRig(t)
	r.apply(t, r.bundle(t, api, db, logs))
	if got, want := r.has(), "/db Logs Prometheus Services/api"; got != want {
		t.Errorf("Grafana has %q, want %q", got, want)
	}
	if got, want := r.files(t), "dashboards/Team/Services/team_a_api.json dashboards/team_a_db.json provisioning/datasources/drop-in_team_a_logs.yaml"; got != want {
		t.Errorf("files %q, want %q", got, want)
	}
	// The same again is looked at and not read again.
	before := maps.Clone(r.grafana.reloads)
	r.apply(t, r.bundle(t, api, db, logs))
	if !maps.Equal(before, r.grafana.reloads) {
		t.Errorf("reloads %v, then %v", before, r.grafana.reloads)
	}
	// A change of a dashboard does not touch datasources.
	r.apply(t, r.bundle(t, drop{api.name, api.folder, `{"uid": "api", "title": "APIs"}`}, db, logs))
	if r.grafana.reloads["datasources"] != before["datasources"] || r.grafana.dashboards["api"].title != "APIs" {
		t.Errorf("reloads %v, then %v", before, r.grafana.reloads)
	}
}

func TestDeletionsDelete(t *testing.T) {
	r := newRig(t)
	r.apply(t, r.bundle(t, api, db, logs))
	// As by an old version, which does not prune.
	for _, ds := range r.grafana.datasources {
		ds.prunable = false
	}
	r.apply(t, r.bundle(t, db))
	if got, want := r.has(), "/db Prometheus"; got != want {
		t.Errorf("Grafana has %q, want %q", got, want)
	}
	if got, want := r.files(t), "dashboards/team_a_db.json"; got != want {
		t.Errorf("files %q, want %q", got, want)
	}
	if _, err := os.Stat(filepath.Join(r.opts.Published, "dashboards", "Team")); err == nil {
		t.Error("an empty folder stays")
	}
}

// What went while no sidecar ran is deleted as well.
func TestDeletedBetweenTwoLives(t *testing.T) {
	r := newRig(t)
	r.apply(t, r.bundle(t, api, logs))
	for _, ds := range r.grafana.datasources {
		ds.prunable = false
	}
	r.start(t)
	r.apply(t, r.bundle(t))
	if got, want := r.has(), "Prometheus"; got != want {
		t.Errorf("Grafana has %q, want %q", got, want)
	}
}

// Someone deletes a dashboard by hand, or the database is new.
func TestLostIsBroughtAgain(t *testing.T) {
	r := newRig(t)
	b := r.bundle(t, api, db, logs)
	r.apply(t, b)
	delete(r.grafana.dashboards, "api")
	clear(r.grafana.datasources)
	r.apply(t, b)
	if got, want := r.has(), "/db Logs Prometheus Services/api"; got != want {
		t.Errorf("Grafana has %q, want %q", got, want)
	}
}

// A busy database is not the drop-ins' fault, until it is busy three times.
func TestFailuresBecomeARefusal(t *testing.T) {
	r := newRig(t)
	good := r.bundle(t, db)
	r.apply(t, good)
	bad := r.bundle(t, db, logs)
	r.grafana.broken = 2
	for range 2 {
		_, err := r.Apply(t.Context(), bad)
		if _, refused := errors.AsType[*sidecar.Refused](err); err == nil || refused {
			t.Fatalf("got %v", err)
		}
	}
	r.apply(t, bad)

	r.apply(t, good)
	r.grafana.broken = 3
	var refused *sidecar.Refused
	for range 3 {
		_, err := r.Apply(t.Context(), bad)
		refused, _ = errors.AsType[*sidecar.Refused](err)
	}
	if refused == nil || len(refused.Items) > 0 {
		t.Fatalf("got %v", refused)
	}
	if got := r.files(t); got != "dashboards/team_a_db.json provisioning/datasources/"+deletionsFile && got != "dashboards/team_a_db.json" {
		t.Errorf("a Grafana that starts now would find %q", got)
	}
}

// One dashboard that Grafana cannot save is named; the others are there.
func TestOneThatIsNotSaved(t *testing.T) {
	r := newRig(t)
	r.grafana.unsaved = "api"
	var refused *sidecar.Refused
	for range 3 {
		_, err := r.Apply(t.Context(), r.bundle(t, api, db))
		refused, _ = errors.AsType[*sidecar.Refused](err)
	}
	if refused == nil || len(refused.Items) != 1 || refused.Items[0].Ref.Key != "api.json" {
		t.Fatalf("got %v", refused)
	}
	r.apply(t, r.bundle(t, db))
}

// What the base has no drop-in gets, be it that the base changed since it was checked.
func TestNamesOfTheBase(t *testing.T) {
	r := newRig(t)
	for _, data := range []string{
		"datasources: [{name: Prometheus, type: prometheus}]",
		"datasources: [{name: Mine, uid: prometheus, type: prometheus}]",
		"datasources: [{name: Mine, type: prometheus, isDefault: true}]",
	} {
		c := dropin.Check(dropin.Item{Ref: dropin.Ref{Namespace: "team", Name: "a", Key: "ds"}, Kind: dropin.KindDatasource, Data: []byte(data)}, r.Policy())
		if _, problems := dropin.Assemble([]dropin.Checked{c}, r.Policy()); len(problems) != 1 || !strings.Contains(problems[0].Message, "by the stack itself") {
			t.Errorf("%s: %v", data, problems)
		}
	}
	b := r.bundle(t, db, logs)
	r.apply(t, b)
	r.write(t, "base/datasources/more.yaml", "datasources: [{name: Logs, type: loki}]\n")
	_, err := r.Apply(t.Context(), b)
	refused, _ := errors.AsType[*sidecar.Refused](err)
	if refused == nil || len(refused.Items) != 1 || refused.Items[0].Ref.Key != "logs" {
		t.Fatalf("got %v", err)
	}
	r.apply(t, r.bundle(t, db))
	if got, want := r.has(), "/db Logs Prometheus"; got != want {
		t.Errorf("Grafana has %q, want %q", got, want)
	}
}

func TestGrafanaIsAway(t *testing.T) {
	r := newRig(t)
	r.write(t, "password", "another")
	for range 2 * enough {
		_, err := r.Apply(t.Context(), r.bundle(t, db))
		if _, refused := errors.AsType[*sidecar.Refused](err); err == nil || refused {
			t.Fatalf("got %v", err)
		}
	}
	r.write(t, "password", "secret")
	r.apply(t, r.bundle(t, db))
}

// The next life finds everything in place, and Grafana what it needs to start.
func TestStartsWithWhatWas(t *testing.T) {
	r := newRig(t)
	r.apply(t, r.bundle(t, api, db, logs))
	if err := os.RemoveAll(r.opts.Published); err != nil {
		t.Fatal(err)
	}
	r.start(t)
	if !r.Ready() || r.files(t) == "" {
		t.Error("nothing to start with")
	}
	for path := range r.reader.mirror.written {
		if info, err := os.Stat(filepath.Join(r.opts.Published, path)); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
}

// A mounted ConfigMap is links to links.
func TestBaseOfAConfigMap(t *testing.T) {
	dir := t.TempDir()
	real := filepath.Join(dir, "..2026", "datasources")
	err := errors.Join(
		os.MkdirAll(real, 0o755),
		os.WriteFile(filepath.Join(real, "own.yaml"), []byte("datasources: [{name: a, type: b}]\n"), 0o644),
		os.Symlink("..2026", filepath.Join(dir, "..data")),
		os.Symlink("..data/datasources", filepath.Join(dir, "datasources")),
	)
	if err != nil {
		t.Fatal(err)
	}
	b, err := readBase(dir)
	if err != nil || len(b.files) != 1 || len(b.claims) != 1 {
		t.Errorf("%v, %v", b, err)
	}
}

func TestCreatePassword(t *testing.T) {
	path := filepath.Join(t.TempDir(), "below", "password")
	if err := CreatePassword(path); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil || len(first) < 26 {
		t.Fatalf("%q, %v", first, err)
	}
	if err := CreatePassword(path); err != nil {
		t.Fatal(err)
	}
	if second, err := os.ReadFile(path); err != nil || string(second) != string(first) {
		t.Error("it was made anew")
	}
}
