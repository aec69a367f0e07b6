package query

import (
	"context"
	runtimemetrics "runtime/metrics"
	"sync"
	"time"
)

// meter reads the live heap: what the last garbage collection marked. Garbage,
// which may be as much again, is not in it.
type meter struct {
	mu      *sync.Mutex // guards samples
	samples []runtimemetrics.Sample
}

func newMeter() meter {
	return meter{
		mu: &sync.Mutex{},
		samples: []runtimemetrics.Sample{
			{Name: "/gc/heap/live:bytes"},
			{Name: "/gc/cycles/total:gc-cycles"},
		},
	}
}

// read returns bytes, and how many collections there have been.
func (m meter) read() (live int64, cycles uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	runtimemetrics.Read(m.samples)
	return int64(m.samples[0].Value.Uint64()), m.samples[1].Value.Uint64()
}

// lookInterval is how often the heap is looked at while a query runs. In that
// time a fast one allocates some tens of megabytes.
const lookInterval = 25 * time.Millisecond

// Run ends queries until ctx ends.
func (g *Guard) Run(ctx context.Context) {
	tick := time.NewTicker(lookInterval)
	defer tick.Stop()
	var w watcher
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.wake:
		}
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if g.idle() {
				break
			}
			live, cycles := g.meter.read()
			w.look(g, live, cycles)
		}
	}
}

func (g *Guard) idle() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.running) == 0
}

// watcher decides who is ended.
type watcher struct {
	// victim was ended for the heap's sake. Until it has finished, and a
	// collection has then freed its memory, nobody else is.
	victim *account
	// freed is the collection after which that is so, 0 while it runs.
	freed uint64
}

func (w *watcher) look(g *Guard, live int64, cycles uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.live, g.lookedAt = live, time.Now()
	var worst *account
	for a := range g.running {
		// Both are at most what the query uses only by mistake: what is
		// expected if series have gaps, and the growth of the heap if others
		// cause it. So both must say so.
		if a.shown.expected.Load() > a.limit && live-a.baseline > a.limit {
			a.end(overShare)
		}
		if a.kind != rule && (worst == nil || a.shown.expected.Load() > worst.shown.expected.Load()) {
			worst = a
		}
	}
	if !w.free(g, cycles) || live <= g.heap || worst == nil || !worthIt(worst, g.heap) {
		return
	}
	if worst.end(overHeap) {
		w.victim = worst
	}
}

// free says whether the memory of the last victim is free. g.mu is held.
func (w *watcher) free(g *Guard, cycles uint64) bool {
	if w.victim == nil {
		return true
	}
	if _, running := g.running[w.victim]; running {
		return false
	}
	if w.freed == 0 {
		// A collection that is under way may have seen it still in use.
		w.freed = cycles + 2
	}
	if cycles < w.freed {
		return false
	}
	w.victim, w.freed = nil, 0
	return true
}

// worthIt is false for queries so small that something else fills the heap.
func worthIt(a *account, heap int64) bool { return a.shown.expected.Load() >= heap/64 }
