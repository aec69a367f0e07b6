package evaluator

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
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

// More groups are due than are evaluated at once: the others wait, and of these a
// reload waits for none.
func TestGroupsThatWaitAreCalledOff(t *testing.T) {
	const places, many = 3, 20
	h := newHurry(make(chan struct{}, places))
	var running, most atomic.Int64
	release := make(chan struct{})
	groups := make([]*rules.Group, many)
	var wg sync.WaitGroup
	for i := range groups {
		groups[i] = &rules.Group{}
		wg.Go(func() {
			h.evaluate(t.Context(), groups[i], time.Now(), func(context.Context, *rules.Group, time.Time) {
				most.Store(max(most.Load(), running.Add(1)))
				<-release // as at a lock, which does not hear of a context's end
				running.Add(-1)
			})
		})
	}
	left := func() int {
		h.mtx.Lock()
		defer h.mtx.Unlock()
		return len(h.running)
	}
	await(t, "all are due", func() bool { return left() == many && running.Load() == places })
	stopped := h.leaving(groups)
	await(t, "those that wait are called off", func() bool { return left() == places })
	stopped()
	close(release)
	wg.Wait()
	if got := most.Load(); got != places {
		t.Errorf("%d were evaluated at once, want %d", got, places)
	}
}
