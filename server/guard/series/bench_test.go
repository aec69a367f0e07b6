package series

import (
	"context"
	"log/slog"
	"strconv"
	"testing"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// BenchmarkAppend is a scrape of 1,000 known series, with and without the guard.
func BenchmarkAppend(b *testing.B) {
	const n = 1000
	for _, guarded := range []bool{false, true} {
		name := "bare"
		if guarded {
			name = "guarded"
		}
		b.Run(name, func(b *testing.B) {
			g, db := openDB(b, Options{Budget: Series(10 * n)})
			var s storage.Storage = db
			if guarded {
				s = g.Storage(db)
			}
			ctx := of(b.Context(), "team/app/jobs.yaml/api", "a:80")
			var (
				sets [n]labels.Labels
				refs [n]storage.SeriesRef
			)
			for i := range sets {
				sets[i] = labels.FromStrings(labels.MetricName, "metric", "instance", "a:80", "i", strconv.Itoa(i))
			}
			at := int64(0)
			b.ReportAllocs()
			for b.Loop() {
				at += 15_000
				app := s.AppenderV2(ctx)
				for i := range sets {
					var err error
					if refs[i], err = app.Append(refs[i], sets[i], 0, at, float64(at), nil, nil, storage.AOptions{}); err != nil {
						b.Fatal(err)
					}
				}
				if err := app.Commit(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/sample")
		})
	}
}

// discard is a storage that costs nothing, so that what is left is the guard.
type discard struct{}

func (d discard) AppenderV2(context.Context) storage.AppenderV2 { return d }

func (discard) Append(storage.SeriesRef, labels.Labels, int64, int64, float64, *histogram.Histogram, *histogram.FloatHistogram, storage.AOptions) (storage.SeriesRef, error) {
	return 1, nil
}

func (discard) Commit() error   { return nil }
func (discard) Rollback() error { return nil }

// BenchmarkGuardAlone is what the guard adds to each sample.
func BenchmarkGuardAlone(b *testing.B) {
	const n = 1000
	g := New(Options{Budget: Series(10 * n), Logger: slog.New(slog.DiscardHandler)})
	ctx := of(b.Context(), "team/app/jobs.yaml/api", "a:80")
	s := g.Appendable(discard{})
	l := labels.FromStrings(labels.MetricName, "metric")
	b.ReportAllocs()
	for b.Loop() {
		app := s.AppenderV2(ctx)
		for range n {
			if _, err := app.Append(1, l, 0, 1, 1, nil, nil, storage.AOptions{}); err != nil {
				b.Fatal(err)
			}
		}
		if err := app.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/sample")
}
