package targets

import (
	"math/rand/v2"
	"testing"
	"time"
)

// manager behaves as scrape.Manager does: it stores the last map and takes it
// over some time later.
type manager struct {
	stored, taking map[string]int // version of each job's groups
	has            map[string]int
	syncs          map[string]uint64
}

func (m *manager) begin() {
	if m.taking == nil {
		m.taking = m.stored
	}
}

func (m *manager) finish() {
	for job, version := range m.taking {
		m.has[job] = version
		m.syncs[job]++
	}
	m.taking = nil
}

// TestDeliveries_NothingIsLost changes jobs, sends maps and lets the manager
// begin and finish in random order, and sees whether it has the newest version
// of every job that is said to be delivered.
func TestDeliveries_NothingIsLost(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := &manager{has: map[string]int{}, syncs: map[string]uint64{}}
		d := newDeliveries(Options{Syncs: func(job string) uint64 { return m.syncs[job] }, Interval: time.Millisecond})
		d.limit = 1 << 30 // a slow manager is not a broken pool
		newest := map[string]int{}
		received := map[string]int(nil) // sent, and not stored yet
		now := time.Now()
		step := func(what int) {
			now = now.Add(10 * time.Second) // whatever it waits for is over
			switch what {
			case 0:
				job := string(rune('a' + r.IntN(4)))
				newest[job]++
				d.touch(job)
				d.pending[job].nextAt = now
			case 1:
				m.begin()
			case 2:
				m.finish()
			case 3:
				if !d.ready(now) {
					return
				}
				// A second map is received only after the first was stored.
				if received != nil {
					m.stored = received
				}
				received = map[string]int{}
				groups := Groups{}
				for job := range d.pending {
					received[job], groups[job] = newest[job], nil
				}
				d.sent(groups, now)
			case 4:
				if received != nil {
					m.stored, received = received, nil
				}
			}
		}
		for range 400 {
			step(r.IntN(5))
			for job, v := range newest {
				if p := d.pending[job]; (p == nil || p.delivered(m.syncs[job])) && m.has[job] != v {
					t.Fatalf("seed %d: job %s is said to be delivered, the manager has version %d of %d", seed, job, m.has[job], v)
				}
			}
		}
		// Left alone, it comes to rest.
		for range 10 * maxSends {
			for _, what := range []int{3, 4, 1, 2} {
				step(what)
			}
		}
		if len(d.pending) != 0 {
			t.Fatalf("seed %d: %d jobs are still sent", seed, len(d.pending))
		}
		for job, v := range newest {
			if m.has[job] != v {
				t.Errorf("seed %d: the manager has version %d of %s, not %d", seed, m.has[job], job, v)
			}
		}
	}
}

func TestDeliveries_GiveUpOnAPoolThatNeverSyncs(t *testing.T) {
	d := newDeliveries(Options{Syncs: func(string) uint64 { return 0 }, Interval: time.Millisecond})
	d.touch("broken")
	now, sends := time.Now(), 0
	for range 1000 {
		now = now.Add(maxWait)
		if d.ready(now) {
			d.sent(Groups{"broken": nil}, now)
			sends++
		}
	}
	if sends != maxSends {
		t.Errorf("sent %d times, want %d", sends, maxSends)
	}
	if w := d.wait(now); w < time.Minute {
		t.Errorf("waits only %v with nothing to do", w)
	}
}
