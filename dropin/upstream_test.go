package dropin_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/scrape"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// serverAccepts loads a checked drop-in as Prometheus does: from a file that the
// main configuration names.
func serverAccepts(t *testing.T, c dropin.Checked) []*config.ScrapeConfig {
	t.Helper()
	if c.Kind == dropin.KindRules {
		p := parser.NewParser(parser.Options{})
		if _, errs := rulefmt.Parse(c.Published, false, model.UTF8Validation, p, promslog.NewNopLogger()); len(errs) > 0 {
			t.Fatalf("the server refuses what Check accepted: %v\n%s", errs, c.Published)
		}
		return nil
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "drop-in"), c.Published, 0o644); err != nil {
		t.Fatal(err)
	}
	base, err := config.Load("scrape_config_files: ["+dir+"/*]", promslog.NewNopLogger())
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := base.GetScrapeConfigs()
	if err != nil {
		t.Fatalf("the server refuses what Check accepted: %v\n%s", err, c.Published)
	}
	return jobs
}

// authorsJobs loads the drop-in as its author wrote it.
func authorsJobs(t *testing.T, it dropin.Item) []*config.ScrapeConfig {
	t.Helper()
	return serverAccepts(t, dropin.Checked{Kind: dropin.KindScrape, Published: it.Data})
}

// sameTargets says that a target gets from the published job the labels that
// it gets from the job as written.
func sameTargets(t *testing.T, it dropin.Item, published []*config.ScrapeConfig) {
	t.Helper()
	written := authorsJobs(t, it)
	if len(written) != len(published) {
		t.Fatalf("%d jobs were written and %d published", len(written), len(published))
	}
	targets := []model.LabelSet{
		{model.AddressLabel: "a:1"},
		{model.AddressLabel: "a:1", "job": "theirs", "x": "y"},
		{model.AddressLabel: "a:1", "__meta_kubernetes_namespace": "team", "__meta_kubernetes_pod_name": "p"},
	}
	for i, job := range published {
		if want := it.Ref.String() + "/" + written[i].JobName; job.JobName != want {
			t.Errorf("job name %q, want %q", job.JobName, want)
		}
		for _, target := range targets {
			b := labels.NewBuilder(labels.EmptyLabels())
			want, wantErr := scrape.PopulateLabels(b, written[i], target, nil)
			got, gotErr := scrape.PopulateLabels(b, job, target, nil)
			if !labels.Equal(got, want) || (gotErr == nil) != (wantErr == nil) {
				t.Errorf("job %q: labels %v (%v), want %v (%v)", job.JobName, got, gotErr, want, wantErr)
			}
		}
	}
}

// jobNames are hard on quoting in YAML, in regular expressions and in their replacements.
var jobNames = []string{
	"api", "a b", "a/b", "a.b*c", "$1", "${1}", "$$", "a$", `\d+`, `a\`, `"`, "'", "(", "[a-z]", "日本", "yes", "null", "~", "1e3", "0x1f",
	"2001-01-01", "<<", "- a", "a: b", "#a", "a #b", " a ", "\ta", "a\nb", "\u0085", "\u2028", "\ufeff", "\U0001f600", "%s", "{{a}}", "&a", "*a", "!a", "|", ">", "@", "`",
}

func TestJobLabel(t *testing.T) {
	for _, name := range jobNames {
		data := "scrape_configs:\n- job_name: " + yamlString(name) + "\n  static_configs: [{targets: [\"a:1\"]}]\n"
		it := item(dropin.KindScrape, []byte(data))
		c := dropin.Check(it, policy)
		if !c.OK() {
			t.Errorf("%q: %v", name, c.Problems)
			continue
		}
		sameTargets(t, it, serverAccepts(t, c))
	}
}

func yamlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r > '~':
			b.WriteString(unicodeEscape(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

func unicodeEscape(r rune) string {
	const hex = "0123456789ABCDEF"
	s := []byte(`\U00000000`)
	for i := len(s) - 1; r > 0; i, r = i-1, r>>4 {
		s[i] = hex[r&15]
	}
	return string(s)
}

func TestCheckNeverPanics(t *testing.T) {
	for _, kind := range append(dropin.Kinds(), "nonsense") {
		for _, data := range []string{"", "\x00", "\xff", "a: \x00", "{", "[", "&a *a", "? a", "!!binary x", "- - -", "%", "---", "...", "{}", "[]", "{? a : b}", "? [a]\n: b\n", "<<: {}", "<<: [{}]", "scrape_configs: [{<<: {}}]", "groups: [{<<: {}}]", "{datasources: [a]}", "{datasources: [{<<: []}]}", "{\"title\": \"a\", \"spec\": 1, \"apiVersion\": 2}"} {
			c := dropin.Check(dropin.Item{Kind: kind, Data: []byte(data)}, policy)
			for _, p := range c.Problems {
				if p.Code == dropin.CodeCheckFailed {
					t.Errorf("%s %q: %v", kind, data, p)
				}
			}
		}
	}
}
