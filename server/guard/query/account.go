package query

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/storage"
)

// Sizes in bytes, on 64 bits.
const (
	// seriesBytes is a series that is selected and not yet read: its entry, the
	// closure that makes its iterator, and the engine's references to it.
	seriesBytes = 300
	// pointBytes is a promql.FPoint.
	pointBytes = 16
	// chunkBytes is the metadata of a chunk, of which a series has one for each
	// chunkSpan: 120 samples, 15 seconds apart.
	chunkBytes = 48
	chunkSpan  = 30 * 60 * 1000
	// rawInterval, in milliseconds, is how close samples are assumed to be
	// where a query returns them as they are stored.
	rawInterval = 10 * 1000
)

// account is what one query has used so far.
type account struct {
	guard      *Guard
	kind, text string
	limit      int64

	// Set when execution begins.
	cancel context.CancelCauseFunc
	began  time.Time
	// baseline is the live heap at that time.
	baseline int64

	series atomic.Int64
	// held is in memory for certain, for as long as the query runs.
	held atomic.Int64
	// expected is what held becomes when all of it has been evaluated.
	expected atomic.Int64

	ended atomic.Pointer[Error]
}

// add counts one selected series and says whether the query may go on.
func (a *account) add(labelBytes, growth int64) bool {
	own := seriesBytes + labelBytes
	a.series.Add(1)
	a.expected.Add(own + growth)
	if a.held.Add(own) > a.limit {
		a.end(overShare)
	}
	return a.ended.Load() == nil
}

// end stops the query, for the first reason that it is given.
func (a *account) end(r reason) bool {
	e := &Error{
		Kind:   a.kind,
		Reason: r,
		Series: a.series.Load(),
		Bytes:  a.expected.Load(),
		limit:  a.guard.describe(a, r),
	}
	if !a.ended.CompareAndSwap(nil, e) {
		return false
	}
	a.cancel(e)
	return true
}

// growth is how much one series of a selection adds when it is evaluated: an
// array with a point for each step, which the engine allocates in full, and the
// metadata of its chunks.
func growth(h *storage.SelectHints) int64 {
	if h == nil {
		return pointBytes
	}
	span := max(0, h.End-h.Start)
	points := int64(1)
	switch {
	case h.Step > 0:
		points = span/h.Step + 1
	case h.Range > 0 && h.Func == "":
		// An instant query for a range returns stored samples. With a function
		// around it, the window is read into one buffer for all series.
		points = h.Range/rawInterval + 1
	}
	return points*pointBytes + (span/chunkSpan+1)*chunkBytes
}
