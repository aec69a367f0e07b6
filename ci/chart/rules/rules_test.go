package rules

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

const (
	rulesDir    = "../../../rules"
	runbooksDir = "../../../docs/runbooks"
)

// project is the project's root.
var project = os.DirFS("../../..")

func files(t *testing.T) []File {
	t.Helper()
	out, err := Files(project)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// each calls f for every rule.
func each(t *testing.T, f func(t *testing.T, file string, r rulefmt.Rule)) {
	t.Helper()
	for _, file := range files(t) {
		for _, g := range file.Groups {
			for _, r := range g.Rules {
				f(t, file.Name+": "+r.Alert+r.Record, r)
			}
		}
	}
}

func TestAlertsSayWhatTheyMean(t *testing.T) {
	alerts := map[string]bool{}
	each(t, func(t *testing.T, where string, r rulefmt.Rule) {
		if r.Alert == "" {
			return
		}
		alerts[r.Alert] = true
		if !slices.Contains([]string{"critical", "warning", "info", "none"}, r.Labels["severity"]) {
			t.Errorf("%s has severity %q", where, r.Labels["severity"])
		}
		for _, key := range []string{"summary", "description"} {
			if text := r.Annotations[key]; !strings.HasSuffix(text, ".") || strings.Contains(text, "\n") {
				t.Errorf("%s: its %s %q is not one line that ends with a full stop", where, key, text)
			}
		}
	})
	pages, err := filepath.Glob(filepath.Join(runbooksDir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".md")
		if name == "README" {
			continue
		}
		if !alerts[name] {
			t.Errorf("%s is the runbook of no alert", page)
		}
		delete(alerts, name)
		checkRunbook(t, page)
	}
	for name := range alerts {
		t.Errorf("the alert %s has no runbook in %s", name, runbooksDir)
	}
}

func checkRunbook(t *testing.T, page string) {
	t.Helper()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, heading := range []string{"## Meaning\n", "## Impact\n", "## Diagnosis\n", "## Mitigation\n"} {
		if !strings.Contains(string(data), heading) {
			t.Errorf("%s lacks %q", page, strings.TrimSpace(heading))
		}
	}
}

// Several clusters can send to one place: whatever adds up or joins must keep
// them apart.
func TestRulesKeepTheCluster(t *testing.T) {
	each(t, func(t *testing.T, where string, r rulefmt.Rule) {
		tree, err := parser.NewParser(parser.Options{}).ParseExpr(r.Expr)
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
			switch n := node.(type) {
			case *parser.AggregateExpr:
				if n.Without == slices.Contains(n.Grouping, "cluster") {
					t.Errorf("%s: %s loses the cluster", where, n)
				}
			case *parser.BinaryExpr:
				if m := n.VectorMatching; m != nil && m.On && !slices.Contains(m.MatchingLabels, "cluster") {
					t.Errorf("%s: %s joins across clusters", where, n)
				}
			}
			return nil
		})
	})
}

// unitTests is what the tests read of a promtool test file.
type unitTests struct {
	RuleFiles []string `yaml:"rule_files"`
	Tests     []struct {
		AlertRuleTest []struct {
			Alertname string      `yaml:"alertname"`
			ExpAlerts []yaml.Node `yaml:"exp_alerts"`
		} `yaml:"alert_rule_test"`
		PromqlExprTest []struct {
			Expr string `yaml:"expr"`
		} `yaml:"promql_expr_test"`
	}
}

// Each alert has a case in which it fires and one in which it stays quiet; each
// record is looked at.
func TestEveryRuleHasItsUnitTests(t *testing.T) {
	fires, quiet := map[string]bool{"Watchdog": true}, map[string]bool{"Watchdog": true} // Watchdog has no quiet case
	var queried strings.Builder
	paths, err := filepath.Glob(filepath.Join(rulesDir, "*_test.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file unitTests
		if err := yaml.Unmarshal(data, &file); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, test := range file.Tests {
			for _, a := range test.AlertRuleTest {
				if len(a.ExpAlerts) > 0 {
					fires[a.Alertname] = true
				} else {
					quiet[a.Alertname] = true
				}
			}
			for _, q := range test.PromqlExprTest {
				queried.WriteString(q.Expr + "\n")
			}
		}
	}
	alerts, records := map[string]bool{}, map[string]bool{}
	each(t, func(t *testing.T, where string, r rulefmt.Rule) {
		if r.Alert != "" {
			alerts[r.Alert] = true
			if !fires[r.Alert] || !quiet[r.Alert] {
				t.Errorf("%s: unit test that fires: %v, that stays quiet: %v", where, fires[r.Alert], quiet[r.Alert])
			}
			return
		}
		records[r.Record] = true
		if !strings.Contains(queried.String(), r.Record) {
			t.Errorf("%s: no unit test asks for it", where)
		}
	})
	t.Logf("%d files, %d alerts, %d records", len(files(t)), len(alerts), len(records))
}

// promtool runs the unit tests: the same program that users have, but for the service
// discoveries, whose SDKs take minutes to compile and which no test of a rule asks.
func TestUnitTests(t *testing.T) {
	promtool := filepath.Join(t.TempDir(), "promtool")
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "remove_all_sd", "-o", promtool, "github.com/prometheus/prometheus/cmd/promtool")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building promtool: %v\n%s", err, out)
	}
	paths, err := filepath.Glob(filepath.Join(rulesDir, "*_test.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if out, err := exec.CommandContext(t.Context(), promtool, "test", "rules", path).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
