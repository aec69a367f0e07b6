package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server"
)

const manual = "../../docs/server-flags.md"

// TestManual_IsTheTruth holds docs/server-flags.md against the flags of
// Prometheus' main of the version in go.mod, and against ours.
func TestManual_IsTheTruth(t *testing.T) {
	upstream := upstreamFlags(t)
	ours := map[string]bool{}
	app, _ := newApp(io.Discard)
	for _, f := range app.Model().Flags {
		ours[f.Name] = true
	}
	rows := tableRows(t)
	for _, name := range slices.Sorted(keys(upstream)) {
		status, listed := rows[name]
		switch {
		case !listed:
			t.Errorf("--%s of Prometheus is not in the table", name)
		case !ours[name]:
			t.Errorf("--%s is declared nowhere, not even as not offered", name)
		case isNotOffered(name) != (status == "not offered"):
			t.Errorf("--%s is %q in the table", name, status)
		case status == "ours":
			t.Errorf("--%s is Prometheus' too", name)
		}
	}
	for name, status := range rows {
		if !upstream[name] && status != "ours" {
			t.Errorf("--%s is %q in the table, but Prometheus has no such flag", name, status)
		}
	}
	for name := range ours {
		if _, listed := rows[name]; !listed && name != "help" && name != "help-long" && name != "help-man" &&
			!strings.HasPrefix(name, "completion-") && name != "version" {
			t.Errorf("--%s is not in the table", name)
		}
	}
}

// TestManual_Defaults compares the defaults with those in Prometheus' source,
// but for the flags the table says differ.
func TestManual_Defaults(t *testing.T) {
	rows := tableRows(t)
	app, _ := newApp(io.Discard)
	declared := regexp.MustCompile(`(?s)(?:Flag|serverOnlyFlag|agentOnlyFlag)\((?:a, )?\s*"([a-z0-9.-]+)",.*?(?:Var|SetValue|EnumVar|String)\(`)
	literal := regexp.MustCompile(`\.Default\("([^"]*)"\)`)
	for _, m := range declared.FindAllStringSubmatch(upstreamMain(t), -1) {
		name := m[1]
		d := literal.FindStringSubmatch(m[0])
		if d == nil || rows[name] != "same" {
			continue
		}
		f := app.GetFlag(name)
		if f == nil {
			continue // the other test says so
		}
		if got := strings.Join(f.Model().Default, ","); !sameDefault(got, d[1]) {
			t.Errorf("--%s defaults to %q, in Prometheus to %q", name, got, d[1])
		}
	}
}

func sameDefault(a, b string) bool {
	da, errA := time.ParseDuration(a)
	db, errB := time.ParseDuration(b)
	return a == b || errA == nil && errB == nil && da == db
}

func TestParse(t *testing.T) {
	for name, tc := range map[string]struct {
		args string
		says string // of the error; empty for none
		want func(*server.Options) bool
	}{
		"defaults": {"", "", func(o *server.Options) bool {
			d := server.DefaultOptions()
			return cmp.Equal(o.TSDB, d.TSDB) && cmp.Equal(o.Query, d.Query) && cmp.Equal(o.Rules, d.Rules) &&
				cmp.Equal(o.Scrape, d.Scrape) && cmp.Equal(o.Alerts, d.Alerts) && cmp.Equal(o.Remote, d.Remote) &&
				cmp.Equal(o.Web.ListenAddresses, d.Web.ListenAddresses) && cmp.Equal(o.Web.RemoteWriteMessages, d.Web.RemoteWriteMessages) &&
				o.Web.ReadTimeout == d.Web.ReadTimeout && o.WAL.MaxTime == d.WAL.MaxTime
		}},
		"drop-ins": {"--drop-ins.dir=/d --drop-ins.reload-socket=/s", "", func(o *server.Options) bool {
			return o.DropIns.Dir == "/d" && o.DropIns.ReloadSocket == "/s"
		}},
		"addresses replace the default": {"--web.listen-address=:1 --web.listen-address=:2", "", func(o *server.Options) bool {
			return cmp.Equal(o.Web.ListenAddresses, []string{":1", ":2"})
		}},
		"retention": {"--storage.tsdb.retention.time=1w --storage.tsdb.retention.size=10GB", "", func(o *server.Options) bool {
			return time.Duration(o.TSDB.RetentionTime) == 7*24*time.Hour && o.TSDB.RetentionSize == 10<<30
		}},
		"features": {"--enable-feature=exemplar-storage,search-api --enable-feature=promql-duration-expr", "", func(o *server.Options) bool {
			return o.Features.ExemplarStorage && o.Features.SearchAPI
		}},
		"external URL": {"--web.external-url=https://example.test/prom/", "", func(o *server.Options) bool {
			return o.Web.ExternalURL.String() == "https://example.test/prom"
		}},
		"no WAL compression":      {"--no-storage.tsdb.wal-compression", "", func(o *server.Options) bool { return o.TSDB.WALCompression == "none" }},
		"unknown flag":            {"--storage.tsdb.pth=x", "unknown long flag '--storage.tsdb.pth'", nil},
		"flag not offered":        {"--web.console.templates=x", "--web.console.templates is not offered: ", nil},
		"unknown feature":         {"--enable-feature=exemplars", "--enable-feature=exemplars is not offered: unknown", nil},
		"feature not offered":     {"--enable-feature=old-ui", "--enable-feature=old-ui is not offered: the pages", nil},
		"server flag of an agent": {"--agent --query.timeout=1m", `can not be used in agent mode: ["--query.timeout"]`, nil},
		"agent flag of a server":  {"--storage.agent.path=x", `can only be used in agent mode: ["--storage.agent.path"]`, nil},
		"quoted URL":              {`--web.external-url="http://x"`, "quotes", nil},
		"bad ratio":               {"--auto-gomemlimit.ratio=2", "--auto-gomemlimit.ratio", nil},
		"bad origin":              {"--web.cors.origin=(", "CORS", nil},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := parse(strings.Fields(tc.args), io.Discard)
			switch {
			case tc.says != "" && (err == nil || !strings.Contains(err.Error(), tc.says)):
				t.Errorf("got error %v, want %q", err, tc.says)
			case tc.says == "" && err != nil:
				t.Errorf("got error %v", err)
			case tc.want != nil && !tc.want(&c.options):
				t.Errorf("got %+v", c.options)
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	for flag, want := range map[string]string{"--help": "--drop-ins.dir=/data/drop-ins", "--version": "monitoring-server "} {
		var out bytes.Buffer
		if code := run(t.Context(), []string{flag}, &out, io.Discard); code != 0 || !strings.Contains(out.String(), want) {
			t.Errorf("%s: exit code %d, %q", flag, code, out.String())
		}
	}
	var errs bytes.Buffer
	if code := run(t.Context(), []string{"--nonsense"}, io.Discard, &errs); code != 2 || !strings.Contains(errs.String(), "nonsense") {
		t.Errorf("exit code %d, %q", code, errs.String())
	}
}

func TestShown_LeavesOutWhatIsNotOffered(t *testing.T) {
	c, err := parse([]string{"--query.timeout=3m"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if v := c.options.Flags["query.timeout"]; v != "3m" {
		t.Errorf("query.timeout is shown as %q", v)
	}
	for _, name := range []string{"help", "web.console.templates"} {
		if v, ok := c.options.Flags[name]; ok {
			t.Errorf("%s is shown as %q", name, v)
		}
	}
	if c.options.Registerer != prometheus.DefaultRegisterer {
		t.Error("the process' metrics are not the server's")
	}
}

// upstreamFlags are the flags in the source of Prometheus' main.
func upstreamFlags(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{"log.level": true, "log.format": true} // from promslog
	re := regexp.MustCompile(`(?:a\.Flag\(|(?:serverOnlyFlag|agentOnlyFlag)\(a,)\s*"([a-z0-9.-]+)"`)
	for _, m := range re.FindAllStringSubmatch(upstreamMain(t), -1) {
		out[m[1]] = true
	}
	if len(out) < 70 {
		t.Fatalf("found only %d flags in Prometheus' main", len(out))
	}
	return out
}

func upstreamMain(t *testing.T) string {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/prometheus/prometheus").Output()
	if err != nil {
		t.Fatalf("find Prometheus' source: %v", err)
	}
	src, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "cmd", "prometheus", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// tableRows returns the status of each flag in the manual.
func tableRows(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `--([a-z0-9.-]+)` \\| ([a-z ]+) \\|").FindAllStringSubmatch(string(raw), -1) {
		if _, twice := rows[m[1]]; twice {
			t.Errorf("--%s has two rows", m[1])
		}
		rows[m[1]] = m[2]
	}
	return rows
}

func keys(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
