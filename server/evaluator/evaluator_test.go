package evaluator

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"
)

// newEvaluator is one with a real engine and a real storage.
func newEvaluator(t *testing.T) *Evaluator {
	t.Helper()
	db, err := tsdb.Open(t.TempDir(), promslog.NewNopLogger(), nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e6, Timeout: time.Minute})
	e := New(Options{Logger: promslog.NewNopLogger(), Rules: rules.ManagerOptions{
		Appendable: db, Queryable: db, QueryFunc: rules.EngineQueryFunc(engine, db),
		NotifyFunc:  func(context.Context, string, ...*rules.Alert) {},
		ExternalURL: &url.URL{}, Registerer: prometheus.NewRegistry(), Logger: promslog.NewNopLogger(),
		OutageTolerance: time.Hour, ForGracePeriod: 10 * time.Minute,
		Parser: parser.NewParser(parser.Options{}),
	}})
	t.Cleanup(func() {
		e.Stop()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func parse(t *testing.T, content string) *rulefmt.RuleGroups {
	t.Helper()
	g, errs := rulefmt.Parse([]byte(content), false, model.UTF8Validation, parser.NewParser(parser.Options{}), promslog.NewNopLogger())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return g
}

func groups(t *testing.T, exprs ...string) *rulefmt.RuleGroups {
	content := "groups:\n- name: g\n  interval: 50ms\n  rules:\n"
	for i, expr := range exprs {
		content += fmt.Sprintf("  - {alert: A%d, expr: %s, for: 30m}\n", i, expr)
	}
	return parse(t, content)
}

func await(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if cond() {
			return
		}
	}
	t.Fatal("not after 20 s: " + what)
}

func alertA0(e *Evaluator) *rules.Alert {
	for _, r := range e.AlertingRules() {
		if as := r.ActiveAlerts(); r.Name() == "A0" && len(as) == 1 {
			return as[0]
		}
	}
	return nil
}

// TestUpdate_AnEditDoesNotPostponeAlerts is the case that RestoreNewRuleGroups
// of upstream gets wrong: an alert that fires in less than the grace period.
func TestUpdate_AnEditDoesNotPostponeAlerts(t *testing.T) {
	e := newEvaluator(t)
	set := Set{Interval: 50 * time.Millisecond, Groups: map[string]*rulefmt.RuleGroups{"f": groups(t, "vector(1)")}}
	update := func() {
		t.Helper()
		if err := e.Update(set); err != nil {
			t.Fatal(err)
		}
	}
	update()
	await(t, "the alert is pending", func() bool { return alertA0(e) != nil })
	group := func() *rules.Group { return e.RuleGroups()[0] }
	// As if it had been pending for 25 of its 30 minutes.
	since := time.Now().Add(-25 * time.Minute)
	group().AlertingRules()[0].ForEachActiveAlert(func(a *rules.Alert) { a.ActiveAt = since })

	evaluatedAgain := func() {
		t.Helper()
		for range 4 { // restoring takes two
			last := group().GetLastEvaluation()
			await(t, "another evaluation", func() bool { return group().GetLastEvaluation().After(last) })
		}
		if a := alertA0(e); a == nil || !a.ActiveAt.Equal(since) {
			t.Errorf("pending since %+v, want %v", a, since)
		}
	}
	evaluatedAgain()
	set.Groups = map[string]*rulefmt.RuleGroups{"f": groups(t, "vector(1)", "vector(2)")}
	update()
	evaluatedAgain()
	set.ExternalLabels = labels.FromStrings("cluster", "blue")
	before := group()
	update()
	evaluatedAgain()
	if group() == before {
		t.Error("the group keeps the old external labels")
	}
	if l := group().Limit(); l != 0 {
		t.Errorf("the group has a limit of %d now", l)
	}
}

func TestUpdate_AnErrorLeavesTheRulesOfBefore(t *testing.T) {
	e := newEvaluator(t)
	good := map[string]*rulefmt.RuleGroups{}
	for i := range 100 {
		good[fmt.Sprint("f", i)] = groups(t, "vector(1)")
	}
	set := Set{Interval: time.Hour, Groups: good}
	if err := e.Update(set); err != nil {
		t.Fatal(err)
	}
	before := e.RuleGroups()
	bad := map[string]*rulefmt.RuleGroups{}
	for id := range good {
		bad[id] = groups(t, "vector(2)")
	}
	// What no plan lets through.
	broken := groups(t, "vector(3)")
	broken.Groups[0].Rules[0].Expr = "sum("
	bad["f7"] = broken
	if err := e.Update(Set{Interval: time.Hour, Groups: bad}); err == nil {
		t.Fatal("a broken rule was taken")
	}
	after := e.RuleGroups()
	if len(after) != len(before) {
		t.Fatalf("%d groups, had %d", len(after), len(before))
	}
	for i, g := range after {
		if got := g.AlertingRules()[0].Query().String(); got != "vector(1)" {
			t.Errorf("%s has %s now, had %s", g.File(), got, before[i].AlertingRules()[0].Query())
		}
	}
}
