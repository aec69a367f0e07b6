package dashboards

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// chartFiles is where the chart keeps the JSON.
const chartFiles = "../charts/kube-monitoring-stack/charts/content/dashboards"

// panelJSON is what the tests read of a panel.
type panelJSON struct {
	Type, Title, Description string
	FieldConfig              struct {
		Defaults struct {
			Unit       string
			NoValue    string
			Thresholds struct{ Steps []any }
		}
	}
	GridPos struct{ X, W int }
	Targets []struct{ Expr, LegendFormat, RefID string }
	Panels  []panelJSON
}

type dashboardJSON struct {
	UID, Title, Description string
	Panels                  []panelJSON
	Templating              struct {
		List []struct{ Name, Type string }
	}
}

func parsed(t *testing.T) map[string]dashboardJSON {
	t.Helper()
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]dashboardJSON{}
	for name, data := range files {
		var d dashboardJSON
		if err := json.Unmarshal(data, &d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = d
	}
	return out
}

// each calls f for every panel that shows something, those in rows included.
func each(panels []panelJSON, f func(panelJSON)) {
	for _, p := range panels {
		if p.Type != "row" {
			f(p)
		}
		each(p.Panels, f)
	}
}

func TestChartHoldsTheseDashboards(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	have, err := filepath.Glob(filepath.Join(chartFiles, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(have) != len(files) {
		t.Errorf("the chart holds %d dashboards, want %d; run `make generate`", len(have), len(files))
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(chartFiles, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s in the chart is not up to date (%v); run `make generate`", name, err)
		}
	}
}

func TestSameCodeSameBytes(t *testing.T) {
	a, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

func TestDashboardsHaveWhatTheyNeed(t *testing.T) {
	uids := map[string]string{}
	for name, d := range parsed(t) {
		if other, ok := uids[d.UID]; ok {
			t.Errorf("%s and %s share the uid %s", name, other, d.UID)
		}
		uids[d.UID] = name
		if d.UID != uid(strings.TrimSuffix(name, ".json")) || len(d.UID) > 40 {
			t.Errorf("%s has uid %q", name, d.UID)
		}
		if d.Description == "" {
			t.Errorf("%s lacks a description", name)
		}
		variables := map[string]bool{}
		for _, v := range d.Templating.List {
			variables[v.Name] = true
		}
		if !variables["datasource"] || !variables["cluster"] {
			t.Errorf("%s lacks the variable datasource or cluster", name)
		}
	}
}

func TestPanelsHaveWhatTheyNeed(t *testing.T) {
	panels, queries := 0, 0
	for name, d := range parsed(t) {
		titles := map[string]int{}
		each(d.Panels, func(p panelJSON) {
			panels++
			queries += len(p.Targets)
			titles[p.Title]++
			if p.Title == "" || p.Description == "" || len(p.Targets) == 0 {
				t.Errorf("%s: panel %q lacks a title, description or query", name, p.Title)
			}
			if p.Type != "table" && p.FieldConfig.Defaults.Unit == "" {
				t.Errorf("%s: panel %q lacks a unit", name, p.Title)
			}
			for _, target := range p.Targets {
				if p.Type == "timeseries" && target.LegendFormat == "" {
					t.Errorf("%s: a series of panel %q has no legend", name, p.Title)
				}
				checkQuery(t, name+": "+p.Title, target.Expr)
			}
		})
	}
	t.Logf("%d dashboards, %d panels, %d queries", len(all()), panels, queries)
}

// checkQuery wants PromQL whose every selector names the cluster: otherwise two
// clusters in one datasource are added up.
func checkQuery(t *testing.T, where, expr string) {
	t.Helper()
	filled := strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h").Replace(expr)
	tree, err := parser.NewParser(parser.Options{}).ParseExpr(filled)
	if err != nil {
		t.Errorf("%s: %v in %s", where, err, expr)
		return
	}
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		for _, m := range selector.LabelMatchers {
			if m.Name == "cluster" && m.Type == labels.MatchEqual && m.Value == "$cluster" {
				return nil
			}
		}
		t.Errorf("%s: %s does not name the cluster", where, selector)
		return nil
	})
}

// Words for a panel that was renamed would be lost without anybody seeing it.
func TestWordsForEmptyPanelsArrive(t *testing.T) {
	files := parsed(t)
	for name, words := range whenEmpty {
		d, ok := files[name+".json"]
		if !ok {
			t.Errorf("there is no dashboard %s", name)
		}
		for title, want := range words {
			found := false
			each(d.Panels, func(p panelJSON) {
				if p.Title != title && title != every {
					return
				}
				found = true
				if got := p.FieldConfig.Defaults.NoValue; got == "" || title != every && got != want {
					t.Errorf("%s/%s says %q when empty, want %q", name, p.Title, got, want)
				}
			})
			if !found {
				t.Errorf("%s has no panel %q", name, title)
			}
		}
	}
}
