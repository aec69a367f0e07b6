package query

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	runtimemetrics "runtime/metrics"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

const (
	mib = 1 << 20
	// The data: nSeries series of nSamples samples, 15 s apart.
	nSeries  = 1000
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

// peak returns the most bytes of heap, garbage and all, that were in use while
// f ran, above those before.
func peak(f func()) int64 {
	for range 3 { // pools give up what they hold in the second
		runtime.GC()
	}
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
