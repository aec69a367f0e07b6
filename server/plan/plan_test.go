package plan

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql/parser"

	_ "github.com/kube-monitoring-stack/kube-monitoring-stack/internal/sd"
)

// world is a directory with a base configuration.
type world struct {
	t   *testing.T
	dir string
	*Loader
}

func newWorld(t *testing.T, agent bool) *world {
	w := &world{t: t, dir: t.TempDir()}
	w.Loader = NewLoader(Options{
		ConfigFile: filepath.Join(w.dir, "prometheus.yml"), Agent: agent, KeepDroppedTargets: 7,
		Parser: parser.NewParser(parser.Options{}), Logger: promslog.NewNopLogger(),
	})
	return w
}

func (w *world) write(name, content string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) prepare() *Plan {
	w.t.Helper()
	p, err := w.Prepare(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func jobNames(p *Plan) (out []string) {
	for _, j := range p.Merged.ScrapeConfigs {
		out = append(out, j.JobName)
	}
	return out
}

func jobOf(p *Plan, name string) *config.ScrapeConfig {
	i := slices.IndexFunc(p.Merged.ScrapeConfigs, func(j *config.ScrapeConfig) bool { return j.JobName == name })
	return p.Merged.ScrapeConfigs[i]
}

func TestBase_FilesItNames(t *testing.T) {
	w := newWorld(t, false)
	w.write("prometheus.yml", "scrape_config_files: [more-*.yml]\nrule_files: [rules-*.yml]\nscrape_configs: [{job_name: a}, {job_name: b, keep_dropped_targets: 3}]\n")
	w.write("more-1.yml", "scrape_configs: [{job_name: c, authorization: {credentials_file: token}}]\n")
	w.write("rules-1.yml", "groups: [{name: g, rules: [{record: x, expr: y}]}]\n")
	p := w.prepare()
	if got := jobNames(p); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("jobs %q", got)
	}
	if got := jobOf(p, "c").HTTPClientConfig.Authorization.CredentialsFile; got != filepath.Join(w.dir, "token") {
		t.Errorf("credentials file %s, want it beside the file that names it", got)
	}
	if a, b := jobOf(p, "a").KeepDroppedTargets, jobOf(p, "b").KeepDroppedTargets; a != 7 || b != 3 {
		t.Errorf("keep_dropped_targets %d and %d, want the default and what the job says", a, b)
	}
	rules := filepath.Join(w.dir, "rules-1.yml")
	if len(p.Rules) != 1 || p.Rules[rules] == nil {
		t.Errorf("rules %v", p.Rules)
	}
	if _, err := p.Merged.GetScrapeConfigs(); err != nil {
		t.Errorf("upstream does not take the merged configuration: %v", err)
	}

	if again := w.prepare(); !again.Same(p) {
		t.Error("equal bytes give another base")
	}
	w.write("rules-1.yml", "groups: [{name: g, rules: [{record: x, expr: z}]}]\n")
	w.write("more-2.yml", "scrape_configs: [{job_name: d}]\n")
	next := w.prepare()
	if next.Same(p) || next.Rules[rules] == p.Rules[rules] {
		t.Error("a changed rule file went unnoticed")
	}
	if got := jobNames(next); !slices.Equal(got, []string{"a", "b", "c", "d"}) {
		t.Errorf("jobs %q after a file was added", got)
	}
	for _, name := range jobNames(p) {
		if jobOf(p, name) != jobOf(next, name) {
			t.Errorf("job %s did not change and lost its pointer", name)
		}
	}
}

func TestBase_GlobalIsPartOfEveryJob(t *testing.T) {
	w := newWorld(t, false)
	jobs := "scrape_configs: [{job_name: a}, {job_name: b, scrape_interval: 7s, scrape_timeout: 1s}]\n"
	w.write("prometheus.yml", "global: {scrape_interval: 20s}\n"+jobs)
	p := w.prepare()
	w.write("prometheus.yml", "global: {scrape_interval: 30s}\n"+jobs)
	next := w.prepare()
	if jobOf(next, "a").ScrapeInterval.String() != "30s" {
		t.Error("job a has the old interval")
	}
	if jobOf(next, "b") != jobOf(p, "b") {
		t.Error("job b does not depend on what changed and lost its pointer")
	}
}

func TestBase_Errors(t *testing.T) {
	for name, tc := range map[string]struct {
		base, says string
		agent      bool
	}{
		"yaml":                  {"global: 7", "prometheus.yml", false},
		"duplicate job":         {"scrape_configs: [{job_name: c}]\nscrape_config_files: [more.yml]", "first found in main config file", false},
		"bad rules":             {"rule_files: [bad.yml]", "bad.yml", false},
		"rules of an agent":     {"rule_files: [x]", "rule_files is not allowed in agent mode", true},
		"alerting of an agent":  {"alerting: {alertmanagers: [{static_configs: [{targets: [x]}]}]}", "alerting is not allowed", true},
		"reading of an agent":   {"remote_read: [{url: 'http://x'}]", "remote_read is not allowed", true},
		"unknown field":         {"scrape_config: []", "scrape_config", false},
		"file with two of them": {"scrape_config_files: [more.yml, twice.yml]", "first found in", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tc.agent)
			w.write("prometheus.yml", tc.base)
			w.write("more.yml", "scrape_configs: [{job_name: c}]")
			w.write("twice.yml", "scrape_configs: [{job_name: c}]")
			w.write("bad.yml", "groups: [{name: g, rules: [{record: x, expr: 'sum('}]}]")
			_, err := w.Prepare(nil)
			var base *BaseError
			if !errors.As(err, &base) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v, want a BaseError with %q", err, tc.says)
			}
		})
	}
}
