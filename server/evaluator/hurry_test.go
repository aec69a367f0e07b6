package evaluator

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
)

// A query that goes on for ever keeps the reload of its own group waiting for a
// moment, and nothing else; other groups' queries go on.
func TestASlowRuleDoesNotHoldUpReloads(t *testing.T) {
	began := make(chan string, 10)
	ended := make(chan string, 10)
	e := hourly(t, func(ctx context.Context, q string, _ time.Time) (promql.Vector, error) {
		if q == "start" || q == "quick" {
			return one(1), nil
		}
		began <- q
		<-ctx.Done()
		ended <- q
		return nil, promql.ErrQueryCanceled("the test's query")
	})
	files := map[string]*rulefmt.RuleGroups{"team/a/rules": file(t, `{groups: [{name: g, rules: [{record: a, expr: start}]}]}`)}
	e.set(t, files)
	files["team/slow/rules"] = file(t, `{groups: [{name: g, rules: [{record: a, expr: slow}]}]}`)
	files["team/patient/rules"] = file(t, `{groups: [{name: g, rules: [{record: a, expr: patient}]}]}`)
	e.set(t, files)
	<-began
	<-began

	since := time.Now()
	files["team/slow/rules"] = file(t, `{groups: [{name: g, rules: [{record: a, expr: quick}]}]}`)
	e.set(t, files)
	if took := time.Since(since); took < patience || took > 10*patience {
		t.Errorf("the reload took %s, want a little more than %s", took, patience)
	}
	if q := <-ended; q != "slow" {
		t.Errorf("%s was ended", q)
	}
	delete(files, "team/patient/rules")
	e.set(t, files)
	if q := <-ended; q != "patient" {
		t.Errorf("%s was ended", q)
	}
}
