package query

import (
	"log/slog"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
)

// BenchmarkQuery runs ordinary queries with and without the guard in turns, and
// reports how much CPU the guard adds. It counts the CPU time of its own thread,
// so that it says the same on a busy machine.
func BenchmarkQuery(b *testing.B) {
	db := openDB(b)
	o := DefaultOptions()
	o.Logger = slog.New(slog.DiscardHandler)
	o.MemoryLimit = 2 << 30
	g := New(o)
	go g.Run(b.Context())
	bare := newEngine()
	guarded := g.AdHoc(bare)
	for _, q := range []struct {
		name, text string
		step       time.Duration
	}{
		{"panel", `sum by (namespace) (rate(requests_total[5m]))`, time.Minute},
		{"one-series", `requests_total{pod="pod-7"}`, time.Minute},
		{"rule", `count(requests_total)`, time.Hour},
	} {
		b.Run(q.name, func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			spend := func(e promql.QueryEngine) time.Duration {
				before := threadTime(b)
				if res := runRange(b.Context(), b, e, db, q.text, q.step); res.Err != nil {
					b.Fatal(res.Err)
				}
				return threadTime(b) - before
			}
			var without, with time.Duration
			for b.Loop() {
				without += spend(bare)
				with += spend(guarded)
			}
			b.ReportMetric(100*(float64(with)/float64(without)-1), "%overhead")
			b.ReportMetric(float64(without.Microseconds())/float64(b.N), "bare-µs")
			b.ReportMetric(0, "ns/op") // of both together, which means nothing
		})
	}
}

func threadTime(b *testing.B) time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if err := syscall.Getrusage(thread, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkMeter is a look at the live heap.
func BenchmarkMeter(b *testing.B) {
	m := newMeter()
	for b.Loop() {
		m.read()
	}
}
