package query

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/promql"
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

// watchFrom is how much a query must be expected to need before anybody looks
// at it, in bytes, and how much more before what others see of it is brought up
// to date. Queries below it cost additions: no lock, no clock, no goroutine is
// woken. A thousand of them at a time need no guard.
const watchFrom = 256 << 10

// account is what one query has used so far. One goroutine selects and counts;
// others see what is behind atomics, or guarded by the Guard's lock.
type account struct {
	guard      *Guard
	kind, text string
	limit      int64
	// execution is what is to be cancelled, beside the selection; nil for a read.
	// That is done once the account is watched, so after it has begun.
	execution promql.Query

	// Of the selecting goroutine.
	series int64
	// held is in memory for certain, for as long as the query runs.
	held int64
	// expected is what held becomes when all of it has been evaluated.
	expected int64
	// next is the value of expected at which it is to be shown again.
	next int64

	// shown is what others see of the above.
	shown struct{ series, expected atomic.Int64 }
	ended atomic.Pointer[Error]

	// Set by begin. baseline is the live heap at that time.
	began    time.Time
	baseline int64
}

func (g *Guard) account(kind, text string, limit int64) account {
	return account{guard: g, kind: kind, text: text, limit: limit, next: watchFrom}
}

// addSeries counts one selected series and says whether the query may go on.
func (a *account) addSeries(labelBytes, growth int64) bool {
	a.series++
	return a.add(seriesBytes+labelBytes, growth)
}

// add counts bytes that are held, and those that they are expected to grow by.
func (a *account) add(held, growth int64) bool {
	a.held += held
	a.expected += held + growth
	over := a.held > a.limit
	if over || a.expected >= a.next {
		a.show()
	}
	if over {
		a.end(overShare)
	}
	return a.ended.Load() == nil
}

// show lets others see the account, from now on if it is the first time.
func (a *account) show() {
	a.shown.series.Store(a.series)
	a.shown.expected.Store(a.expected)
	if a.next == watchFrom {
		a.guard.begin(a)
	}
	a.next = a.expected + watchFrom
}

// finish is called at the end of the execution.
func (a *account) finish() {
	if a.next != watchFrom {
		a.guard.finish(a)
	}
}

// end stops the query, for the first reason that it is given. It may be called
// by anyone who sees the account.
func (a *account) end(r reason) bool {
	e := &Error{
		Kind:   a.kind,
		Reason: r,
		Series: a.shown.series.Load(),
		Bytes:  a.shown.expected.Load(),
		limit:  a.guard.describe(a, r),
	}
	if !a.ended.CompareAndSwap(nil, e) {
		return false
	}
	if a.execution != nil {
		a.execution.Cancel()
	}
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
