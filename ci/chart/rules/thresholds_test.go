package rules

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// Each threshold with another number gives an expression that is one.
func TestThresholdsChangeTheirAlerts(t *testing.T) {
	count := 0
	for _, f := range files(t) {
		thresholds, err := ReadThresholds(project, f)
		if err != nil {
			t.Error(err)
			continue
		}
		for alert, byName := range thresholds {
			for name, threshold := range byName {
				count++
				changed := 0
				for _, r := range f.alerts()[alert] {
					expr := r.Expr
					for old, text := range threshold.changes() {
						expr = strings.ReplaceAll(expr, old, strings.ReplaceAll(text, placeholder, "77.5"))
					}
					if expr == r.Expr {
						continue
					}
					changed++
					if _, err := parser.NewParser(parser.Options{}).ParseExpr(expr); err != nil {
						t.Errorf("%s.%s: %v in %s", alert, name, err, expr)
					}
				}
				if changed == 0 {
					t.Errorf("%s.%s changes nothing", alert, name)
				}
			}
		}
	}
	t.Logf("%d thresholds", count)
	if count < 50 {
		t.Error("too few thresholds")
	}
}

func TestWrongThresholdsAreFound(t *testing.T) {
	const rule = "groups: [{name: g, rules: [{alert: A, expr: up > 15, annotations: {summary: \"S.\"}}]}]\n"
	for thresholds, want := range map[string]string{
		"B: {n: {default: 15, unit: u, at: [\"> {}\"]}}":                  "no alert B",
		"A: {n: {default: 15, at: [\"> {}\"]}}":                           "lacks a unit",
		"A: {n: {default: 15, unit: u, at: [\"> 15\"]}}":                  "has not one {}",
		"A: {n: {default: 1, unit: u, at: [\"> {}\"]}}":                   "within a longer number",
		"A: {n: {default: 16, unit: u, at: [\"> {}\"]}}":                  "does not hold",
		"A: {n: {default: 15, unit: u, at: [\"> {}\"], text: {x: \"\"}}}": "says \"x\"",
		"A: {n: {default: 15, unit: u, at: [\"> {}\"], wrong: 1}}":        "wrong",
	} {
		root := fstest.MapFS{"rules/a.yaml": {Data: []byte(rule)}, "rules/thresholds/a.yaml": {Data: []byte(thresholds)}}
		if _, err := Tunings(root); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that says %q", thresholds, err, want)
		}
	}
}

// What an alert's texts say of its own patience is known, so that it can be
// said anew when that is changed.
func TestTextsOnPatience(t *testing.T) {
	tunings, err := Tunings(project)
	if err != nil {
		t.Fatal(err)
	}
	for alert, want := range map[string][]string{
		"KubeNodeNotReady": {"15 minutes"}, "NodeCPUHighUsage": {"an hour"}, "NodeSystemSaturation": {"half an hour"}, "etcdNoLeader": {"a minute"},
		"Watchdog": nil,
	} {
		if got := tunings[alert].For; !slices.Equal(got, want) {
			t.Errorf("%s waits for %q, want %q", alert, got, want)
		}
	}
	if got := durationWords(model.Duration(0)); got != nil {
		t.Errorf("no duration has the words %q", got)
	}
}
