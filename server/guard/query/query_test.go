package query

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	runtimemetrics "runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
)

const (
	mib = 1 << 20
	// The data: nSeries series of nSamples samples, 15 s apart.
	nSeries  = 2000
	nSamples = 240
	interval = 15 * time.Second
)

var end = time.Unix(1_700_000_000, 0)

func openDB(tb testing.TB) *tsdb.DB {
	tb.Helper()
	db, err := tsdb.Open(tb.TempDir(), nil, nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	app := db.AppenderV2(context.Background())
	for i := range nSeries {
		l := labels.FromStrings(labels.MetricName, "requests_total", "pod", "pod-"+strconv.Itoa(i), "namespace", "ns-"+strconv.Itoa(i%20))
		var ref storage.SeriesRef
		for n := range nSamples {
			at := end.Add(-time.Duration(nSamples-1-n) * interval).UnixMilli()
			if ref, err = app.Append(ref, l, 0, at, float64(n*i), nil, nil, storage.AOptions{}); err != nil {
				tb.Fatal(err)
			}
		}
	}
	if err := app.Commit(); err != nil {
		tb.Fatal(err)
	}
	return db
}

func newEngine() *promql.Engine {
	return promql.NewEngine(promql.EngineOpts{MaxSamples: 1 << 40, Timeout: time.Minute, EnableNegativeOffset: true})
}

func start(t *testing.T, o Options) *Guard {
	t.Helper()
	o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	g := New(o)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); g.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return g
}

// heavy is evaluated at a step of 100 ms over an hour: with 2,000 series, more
// than a gigabyte of points for each part.
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

// peak returns the most bytes of heap, garbage and all, that were in use while
// f ran, above those before.
func peak(f func()) int64 {
	runtime.GC()
	read := func() int64 {
		s := []runtimemetrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		runtimemetrics.Read(s)
		return int64(s[0].Value.Uint64())
	}
	before, done := read(), make(chan struct{})
	var most atomic.Int64
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				most.Store(max(most.Load(), read()))
			}
		}
	}()
	f()
	close(done)
	<-watched
	return most.Load() - before
}

func TestHeavyQueryIsEnded(t *testing.T) {
	db := openDB(t)
	g := start(t, Options{Query: size.Bytes(40 * mib), Rule: size.Bytes(1 << 40)})
	e := g.AdHoc(newEngine())
	var res *promql.Result
	used := peak(func() { res = runRange(t.Context(), t, e, db, heavy, 100*time.Millisecond) })
	t.Logf("it used %d MiB and ended with: %v", used/mib, res.Err)

	var ended *Error
	if !errors.As(res.Err, &ended) {
		t.Fatalf("the query ended with %v", res.Err)
	}
	if ended.Reason != overShare || ended.Kind != adHoc || ended.Series < nSeries {
		t.Errorf("it is said to be %+v", *ended)
	}
	for _, part := range []string{"40MiB", "--guard.query-memory=40MiB", "2000 series"} {
		if !strings.Contains(ended.Error(), part) {
			t.Errorf("the error does not name %s: %v", part, ended)
		}
	}
	// Unguarded it would be over 2 GiB; to be noticed it must be collected, so
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
	if got := made.(*query).account.expected.Load(); got < 60*mib {
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
	res := runRange(t.Context(), t, e, db, heavy, 100*time.Millisecond)
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

// held delays the end of each selection.
type held struct {
	storage.Queryable
	until <-chan struct{}
	begun chan<- struct{}
}

func (h held) Querier(mint, maxt int64) (storage.Querier, error) {
	q, err := h.Queryable.Querier(mint, maxt)
	return heldQuerier{q, h}, err
}

type heldQuerier struct {
	storage.Querier
	held held
}

func (q heldQuerier) Select(ctx context.Context, sorted bool, h *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	return &heldSet{q.Querier.Select(ctx, sorted, h, ms...), q.held}
}

type heldSet struct {
	storage.SeriesSet
	held held
}

func (s *heldSet) Next() bool {
	if s.SeriesSet.Next() {
		return true
	}
	select {
	case s.held.begun <- struct{}{}:
	default:
	}
	<-s.held.until
	return false
}

// blockedQuery starts an instant query that does not end before release.
func blockedQuery(t *testing.T, e promql.QueryEngine, db storage.Queryable, qs string) (<-chan *promql.Result, func()) {
	t.Helper()
	until, begun, result := make(chan struct{}), make(chan struct{}, 1), make(chan *promql.Result, 1)
	made, err := e.NewInstantQuery(t.Context(), held{db, until, begun}, nil, qs, end)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer made.Close()
		result <- made.Exec(t.Context())
	}()
	<-begun
	return result, func() { close(until) }
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

func TestWatcherEndsOneAtATime(t *testing.T) {
	g := New(Options{Heap: size.Bytes(1000), Logger: slog.New(slog.DiscardHandler)})
	add := func(kind string, bytes int64) *account {
		a := &account{guard: g, kind: kind, limit: 1 << 40}
		a.expected.Store(bytes)
		g.begin(a, func(error) {})
		return a
	}
	rule, small, middle, large := add(rule, 9000), add(adHoc, 10), add(adHoc, 500), add(adHoc, 800)
	ended := func(a *account) bool { return a.ended.Load() != nil }

	var w watcher
	w.look(g, 900, 1)
	if ended(large) {
		t.Fatal("a query was ended below the limit")
	}
	w.look(g, 1001, 2)
	if !ended(large) || ended(middle) {
		t.Fatal("the most expensive query is to be ended, and no other")
	}
	w.look(g, 1001, 9)
	if ended(middle) {
		t.Fatal("another query was ended while the first was running")
	}
	g.finish(large)
	w.look(g, 1001, 9)
	w.look(g, 1001, 10)
	if ended(middle) {
		t.Fatal("another query was ended before the first one's memory was collected")
	}
	w.look(g, 1001, 11)
	if !ended(middle) {
		t.Fatal("the next is to be ended when that did not help")
	}
	g.finish(middle)
	w.look(g, 1001, 20)
	w.look(g, 1001, 30)
	w.look(g, 1001, 40)
	if ended(small) || ended(rule) {
		t.Error("a small query or a rule was ended for the heap's sake")
	}
}
