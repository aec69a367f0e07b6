package query

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
)

// BenchmarkQuery runs ordinary queries with and without the guard in turns, and
// reports how much the guard adds.
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
		times      int // in a row
	}{
		{"panel", `sum by (namespace) (rate(requests_total[5m]))`, time.Minute, 1},
		{"one-series", `requests_total{pod="pod-7"}`, time.Minute, 100},
		{"rule", `count(requests_total)`, time.Hour, 1},
	} {
		b.Run(q.name, func(b *testing.B) {
			spend := func(e promql.QueryEngine) time.Duration {
				began := time.Now()
				for range q.times {
					if res := runRange(b.Context(), b, e, db, q.text, q.step); res.Err != nil {
						b.Fatal(res.Err)
					}
				}
				return time.Since(began) / time.Duration(q.times)
			}
			// Who comes second finds the caches warm and the garbage of the first,
			// so both do, as often; and the lower quartile does not see the neighbours.
			var without, with []time.Duration
			for b.Loop() {
				without = append(without, spend(bare))
				with = append(with, spend(guarded), spend(guarded))
				without = append(without, spend(bare))
			}
			x, y := quartile(without), quartile(with)
			b.ReportMetric(100*(float64(y)/float64(x)-1), "%overhead")
			b.ReportMetric(float64(x.Nanoseconds())/1000, "bare-µs")
			b.ReportMetric(float64(y.Nanoseconds())/1000, "guarded-µs")
			b.ReportMetric(0, "ns/op") // of both together, which means nothing
		})
	}
}

func quartile(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/4]
}

// BenchmarkMeter is a look at the live heap.
func BenchmarkMeter(b *testing.B) {
	m := newMeter()
	for b.Loop() {
		m.read()
	}
}
