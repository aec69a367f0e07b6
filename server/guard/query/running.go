package query

import (
	"cmp"
	"slices"
	"time"
)

// begin makes the account count as running.
func (g *Guard) begin(a *account) {
	g.mu.Lock()
	first := len(g.running) == 0
	a.began = time.Now()
	// While queries run the watcher looks.
	if first && a.began.Sub(g.lookedAt) > lookInterval {
		g.live, _ = g.meter.read()
		g.lookedAt = a.began
	}
	a.baseline = g.live
	g.running[a] = struct{}{}
	g.mu.Unlock()
	if first {
		select {
		case g.wake <- struct{}{}:
		default:
		}
	}
}

func (g *Guard) finish(a *account) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.running, a)
}

// Running is a query that is being executed.
type Running struct {
	Query string `json:"query"`
	// Kind is "ad-hoc", "rule", or "read" for a request that has no query.
	Kind string `json:"kind"`
	// Began is when it was seen to be more than a small one.
	Began time.Time `json:"began"`
	// Series selected so far.
	Series int64 `json:"series"`
	// Bytes that it is expected to need for what it has selected.
	Bytes int64 `json:"bytes"`
}

// Running are the queries being executed, the most expensive first. Small ones,
// of less than [watchFrom], are not among them.
func (g *Guard) Running() []Running {
	g.mu.Lock()
	list := make([]Running, 0, len(g.running))
	for a := range g.running {
		list = append(list, Running{a.text, a.kind, a.began, a.shown.series.Load(), a.shown.expected.Load()})
	}
	g.mu.Unlock()
	slices.SortFunc(list, func(x, y Running) int { return cmp.Compare(y.Bytes, x.Bytes) })
	return list
}
