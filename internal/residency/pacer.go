package residency

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// A heap may grow by a share of what is in use, GOGC, until its garbage is
// collected. To mark a small heap costs little, so a server of a small cluster, or a
// sidecar, can do with a small part of that room.
const (
	frugal = 10       // percent of what is in use, up to small
	small  = 76 << 20 // bytes in use
	large  = 88 << 20 // bytes in use, from which on the room is as configured

	// A heap that was collected more than busyCycles times in busyWindow has more to do
	// than to wait for the next scrape, and has the configured room for a while.
	busyWindow = 10 * time.Second
	busyCycles = 5
	busyFor    = time.Minute
)

// Pacer sets the room for garbage: what is configured, or less while the heap is
// small and collections are rare.
type Pacer struct {
	// Fixed leaves the room as it is configured, for somebody who said so.
	Fixed bool

	mu         sync.Mutex
	configured int // percent
	now        int // percent
	busyUntil  time.Time
	cycles     []uint64 // collections so far, at the last looks
}

// Configure sets the room that the configuration wants, in percent of what is in
// use, negative for no collections. It returns what was configured before, 0 the
// first time.
func (p *Pacer) Configure(percent int) (before int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, p.configured = p.configured, percent
	if percent != before {
		p.set(percent)
	}
	return before
}

// Run looks once a second how the heap does, until ctx is done.
func (p *Pacer) Run(ctx context.Context) {
	if p.Fixed {
		return
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	read := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/cycles/total:gc-cycles"}}
	for {
		select {
		case <-ctx.Done():
			return
		case at := <-tick.C:
			metrics.Read(read)
			if p.look(at, read[0].Value.Uint64(), read[1].Value.Uint64()) {
				debug.FreeOSMemory()
			}
		}
	}
}

// look takes note of what the last collection found in use, in bytes, and of how
// many collections there have been. It says whether there is much less room now,
// so that what lies in it can be given back.
func (p *Pacer) look(at time.Time, live, cycles uint64) (less bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cycles = append(p.cycles, cycles)
	if n := len(p.cycles); n > int(busyWindow/time.Second) {
		p.cycles = p.cycles[1:]
	}
	if cycles-p.cycles[0] > busyCycles {
		p.busyUntil = at.Add(busyFor)
	}
	want := p.configured
	if !at.Before(p.busyUntil) {
		want = room(live, p.configured)
	}
	// Each change stops the world for a moment.
	if d := want - p.now; d > 4 || d < -4 || want == p.configured && d != 0 {
		less = p.now-want > 20
		p.set(want)
	}
	return less
}

// room is the percentage for a heap with so many bytes in use.
func room(live uint64, configured int) int {
	if configured <= frugal || live >= large {
		return configured
	}
	if live <= small {
		return frugal
	}
	return frugal + int(uint64(configured-frugal)*(live-small)/(large-small))
}

func (p *Pacer) set(percent int) {
	p.now = percent
	debug.SetGCPercent(percent)
}
