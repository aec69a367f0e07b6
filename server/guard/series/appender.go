package series

import (
	"context"
	"errors"
	"strings"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
)

func (g *Guard) appender(ctx context.Context, next storage.AppendableV2) storage.AppenderV2 {
	app := next.AppenderV2(ctx)
	t, ok := scrape.TargetFromContext(ctx)
	if !ok {
		return app
	}
	known := g.targets.of(t)
	a := &appender{AppenderV2: app, guard: g, target: known, owner: known.current()}
	a.refs, _ = app.(storage.GetRef)
	return a
}

// appender is one scrape of one target. Appending to a series that the scrape
// loop has seen before costs a comparison and an addition.
type appender struct {
	storage.AppenderV2
	refs   storage.GetRef // nil if the storage cannot tell
	guard  *Guard
	target *target
	owner  *owner

	samples, reserved, refused int64
}

func (a *appender) Append(ref storage.SeriesRef, l labels.Labels, st, t int64, v float64, h *histogram.Histogram, fh *histogram.FloatHistogram, o storage.AOptions) (storage.SeriesRef, error) {
	seen := ref
	if ref == 0 {
		var ok bool
		if ref, ok = a.firstSight(l, o.MetricFamilyName); !ok {
			a.refused++
			// The scrape loop caches reference 0, writes no stale marker for it,
			// and offers the series again at the next scrape
			// (scrape/scrape_append_v2.go).
			return 0, nil
		}
	}
	got, err := a.AppenderV2.Append(ref, l, st, t, v, h, fh, o)
	if err == nil || errors.Is(err, (*storage.AppendPartialError)(nil)) {
		if !stale(v, h, fh) {
			a.samples++
		}
		if got != seen && got != 0 {
			a.guard.memory.claim(got, a.owner)
		}
	}
	return got, err
}

// firstSight decides about a series that the scrape loop has no reference for:
// it is new, or the loop is. What exists goes on and is not asked for a budget.
func (a *appender) firstSight(l labels.Labels, family string) (ref storage.SeriesRef, ok bool) {
	if a.refs != nil {
		if ref, _ = a.refs.GetRef(l, l.Hash()); ref != 0 {
			return ref, true
		}
	}
	// up and the other series about the scrape itself always come in. The
	// scrape loop marks their names by a byte that no metric name has
	// (scrape/scrape.go reportSample).
	if strings.HasSuffix(family, "\xff") {
		return 0, true
	}
	if !a.owner.admit() {
		return 0, false
	}
	if a.owner.limit != 0 {
		a.reserved++
	}
	return 0, true
}

func stale(v float64, h *histogram.Histogram, fh *histogram.FloatHistogram) bool {
	switch {
	case fh != nil:
		v = fh.Sum
	case h != nil:
		v = h.Sum
	}
	return value.IsStaleNaN(v)
}

func (a *appender) Commit() error {
	err := a.AppenderV2.Commit()
	if err != nil {
		a.release()
		return err
	}
	a.target.scraped(a.owner, a.reserved, a.refused, a.samples)
	return nil
}

func (a *appender) Rollback() error {
	a.release()
	return a.AppenderV2.Rollback()
}

func (a *appender) release() {
	a.owner.settle(a.reserved, 0, count{}, count{})
	a.reserved = 0
}

// GetRef implements storage.GetRef if the storage does.
func (a *appender) GetRef(l labels.Labels, hash uint64) (storage.SeriesRef, labels.Labels) {
	if a.refs == nil {
		return 0, labels.EmptyLabels()
	}
	return a.refs.GetRef(l, hash)
}
