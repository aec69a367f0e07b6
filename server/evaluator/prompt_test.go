package evaluator

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"
)

// hourly returns an evaluator of groups that are due only once an hour, so that
// whatever is evaluated during a test was evaluated promptly. query is asked
// for each rule.
func hourly(t *testing.T, query rules.QueryFunc) *Evaluator {
	t.Helper()
	db, err := tsdb.Open(t.TempDir(), slog.New(slog.DiscardHandler), nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	e := New(Options{Logger: slog.New(slog.DiscardHandler), Rules: rules.ManagerOptions{
		Context: t.Context(), Appendable: db, Queryable: db, QueryFunc: query, ExternalURL: &url.URL{},
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {}, Logger: slog.New(slog.DiscardHandler),
		Parser: parser.NewParser(parser.Options{}),
	}})
	t.Cleanup(e.Stop)
	return e
}

func file(t *testing.T, text string) *rulefmt.RuleGroups {
	t.Helper()
	g, errs := rulefmt.Parse([]byte(text), false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	if errs != nil {
		t.Fatal(errs)
	}
	return g
}

func one(v float64) promql.Vector {
	return promql.Vector{{T: 1, F: v, Metric: labels.EmptyLabels()}}
}

func (e *Evaluator) set(t *testing.T, files map[string]*rulefmt.RuleGroups) {
	t.Helper()
	if err := e.Update(Set{Groups: maps.Clone(files), Interval: time.Hour}); err != nil {
		t.Fatal(err)
	}
}

func TestNewAndChangedGroupsAreEvaluatedAtOnce(t *testing.T) {
	asked := make(chan string, 100)
	e := hourly(t, func(_ context.Context, q string, _ time.Time) (promql.Vector, error) {
		asked <- q
		return one(1), nil
	})
	files := map[string]*rulefmt.RuleGroups{
		"team/a/rules": file(t, `{groups: [{name: g, rules: [{record: a, expr: start}]}]}`),
	}
	e.set(t, files)

	files["team/b/rules"] = file(t, `{groups: [{name: g, rules: [{record: b, expr: new}]}, {name: same, rules: [{record: c, expr: other}]}]}`)
	e.set(t, files)
	if a, b := <-asked, <-asked; a == b || a == "start" || b == "start" {
		t.Fatalf("evaluated %s and %s, want the two new groups", a, b)
	}

	files["team/b/rules"] = file(t, `{groups: [{name: g, rules: [{record: b, expr: changed}]}, {name: same, rules: [{record: c, expr: other}]}]}`)
	e.set(t, files)
	if q := <-asked; q != "changed" {
		t.Fatalf("evaluated %s, want only the changed group", q)
	}

	delete(files, "team/a/rules")
	e.set(t, files)
	e.Stop()
	if n := len(asked); n != 0 {
		t.Fatalf("%d more evaluations, the first is %s", n, <-asked)
	}
}

// A group that goes or changes while its prompt evaluation runs is waited for:
// the Manager copies and cleans its state without a lock. Run with -race.
func TestUpdateDuringPromptEvaluation(t *testing.T) {
	var running, most atomic.Int32
	e := hourly(t, func(context.Context, string, time.Time) (promql.Vector, error) {
		n := running.Add(1)
		defer running.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(time.Millisecond) // an evaluation takes its time; nothing waits for this one
		return one(1), nil
	})
	files := map[string]*rulefmt.RuleGroups{}
	e.set(t, files)
	for i := range 200 {
		id := fmt.Sprintf("team/%d/rules", i%7)
		if i%5 == 4 {
			delete(files, id)
		} else {
			files[id] = file(t, fmt.Sprintf(`{groups: [{name: g, rules: [{alert: A, expr: up > %d}, {record: b, expr: up + %d}]}]}`, i, i))
		}
		e.set(t, files)
	}
	e.Stop()
	if n := running.Load(); n != 0 {
		t.Errorf("%d evaluations still run after Stop", n)
	}
}
