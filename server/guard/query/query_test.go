package query

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
)

// heavy is evaluated at a step of 200 ms over an hour: with 1,000 series, some
// 280 MiB of points for each side and for the sum.
const heavy = `requests_total + on (pod) requests_total`

func runRange(ctx context.Context, t testing.TB, e promql.QueryEngine, q storage.Queryable, qs string, step time.Duration) *promql.Result {
	t.Helper()
	made, err := e.NewRangeQuery(ctx, q, nil, qs, end.Add(-time.Hour), end, step)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	return made.Exec(ctx)
}

func TestHeavyQueryIsEnded(t *testing.T) {
	db := openDB(t)
	g := start(t, Options{Query: size.Bytes(40 * mib), Rule: size.Bytes(1 << 40)})
	e := g.AdHoc(newEngine())
	var res *promql.Result
	used := peak(func() { res = runRange(t.Context(), t, e, db, heavy, 200*time.Millisecond) })
	t.Logf("it used %d MiB and ended with: %v", used/mib, res.Err)

	var ended *Error
	if !errors.As(res.Err, &ended) {
		t.Fatalf("the query ended with %v", res.Err)
	}
	if ended.Reason != overShare || ended.Kind != adHoc || ended.Series < nSeries {
		t.Errorf("it is said to be %+v", *ended)
	}
	for _, part := range []string{"40MiB", "--guard.query-memory=40MiB", strconv.Itoa(nSeries) + " series"} {
		if !strings.Contains(ended.Error(), part) {
			t.Errorf("the error does not name %s: %v", part, ended)
		}
	}
	// Unguarded it would be over 800 MiB; to be noticed it must be collected, so
	// it may get a few times as far as it should.
	if used > 400*mib {
		t.Errorf("the query used %d MiB", used/mib)
	}
	if n := testutil.ToFloat64(g.metrics.ended.WithLabelValues(adHoc, string(overShare))); n != 1 {
		t.Errorf("%v ended queries are counted", n)
	}
	if left := g.Running(); len(left) != 0 {
		t.Errorf("still running: %v", left)
	}
}

func TestSeriesAloneOverTheShare(t *testing.T) {
	db := openDB(t)
	g := start(t, Options{Query: size.Bytes(100 << 10)})
	res := runRange(t.Context(), t, g.AdHoc(newEngine()), db, `count(requests_total)`, time.Hour)
	var ended *Error
	if !errors.As(res.Err, &ended) {
		t.Fatalf("the query ended with %v", res.Err)
	}
	if ended.Series == 0 || ended.Series >= nSeries {
		t.Errorf("it was ended after %d series", ended.Series)
	}
}

// TestExpectedIsNotEnough has a query that looks heavy and is not, because its
// series have few points. It must not be ended.
func TestExpectedIsNotEnough(t *testing.T) {
	db := openDB(t)
	g := start(t, Options{Query: size.Bytes(60 * mib)})
	e := g.AdHoc(newEngine())
	made, err := e.NewRangeQuery(t.Context(), db, nil, `sum(requests_total)`, end.Add(-24*time.Hour), end.Add(20*24*time.Hour), 10*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	if res := made.Exec(t.Context()); res.Err != nil {
		t.Errorf("a query of few points: %v", res.Err)
	}
	if got := made.(*query).account.expected; got < 60*mib {
		t.Fatalf("only %d bytes were expected; this test tests nothing", got)
	}
}

func TestMostExpensiveQueryIsEndedWhenTheHeapIsFull(t *testing.T) {
	db := openDB(t)
	runtime.GC()
	g := start(t, Options{Heap: size.Bytes(newMeterLive() + 60*mib)})
	e, r := g.AdHoc(newEngine()), g.Rules(newEngine())

	// A small query and one of a rule, which has more to do, wait while they
	// hold their series.
	small, release := blockedQuery(t, e, db, `requests_total{pod="pod-1"}`)
	ruled, releaseRule := blockedQuery(t, r, db, heavy)
	res := runRange(t.Context(), t, e, db, heavy, 200*time.Millisecond)
	var ended *Error
	if !errors.As(res.Err, &ended) || ended.Reason != overHeap {
		t.Fatalf("the heavy query ended with %v", res.Err)
	}
	if !strings.Contains(ended.Error(), "--guard.query-heap") {
		t.Errorf("the error does not name the flag: %v", ended)
	}
	release()
	if res := <-small; res.Err != nil {
		t.Errorf("the small query ended with %v", res.Err)
	}
	releaseRule()
	if res := <-ruled; res.Err != nil {
		t.Errorf("the rule ended with %v", res.Err)
	}
}

func newMeterLive() int64 {
	live, _ := newMeter().read()
	return live
}

func TestRulesDoNotWaitForAdHocQueries(t *testing.T) {
	db := openDB(t)
	g := start(t, Options{Concurrency: 1, Timeout: 50 * time.Millisecond})
	engine := newEngine()
	first, release := blockedQuery(t, g.AdHoc(engine), db, `requests_total`)

	second := runRange(t.Context(), t, g.AdHoc(engine), db, `vector(1)`, time.Hour)
	if _, ok := second.Err.(promql.ErrQueryTimeout); !ok {
		t.Errorf("a second ad-hoc query: %v", second.Err)
	}
	v, err := rules.EngineQueryFunc(g.Rules(engine), db)(t.Context(), `count(requests_total)`, end)
	if err != nil || len(v) != 1 || v[0].F != nSeries {
		t.Errorf("a rule: %v, %v", v, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	third := runRange(ctx, t, g.AdHoc(engine), db, `vector(1)`, time.Hour)
	if _, ok := third.Err.(promql.ErrQueryCanceled); !ok {
		t.Errorf("a cancelled ad-hoc query: %v", third.Err)
	}
	release()
	if res := <-first; res.Err != nil {
		t.Errorf("the first ad-hoc query: %v", res.Err)
	}
}

func TestRuleHasItsOwnShare(t *testing.T) {
	db := openDB(t)
	g := start(t, Options{Rule: size.Bytes(100 << 10)})
	engine := newEngine()
	_, err := rules.EngineQueryFunc(g.Rules(engine), db)(t.Context(), `count(requests_total)`, end)
	var ended *Error
	if !errors.As(err, &ended) || ended.Kind != rule || !strings.Contains(err.Error(), "--guard.rule-memory") {
		t.Errorf("the rule ended with %v", err)
	}
	if res := runRange(t.Context(), t, g.AdHoc(engine), db, `count(requests_total)`, time.Hour); res.Err != nil {
		t.Errorf("the same as a query: %v", res.Err)
	}
}
