package series

import (
	"runtime"
	"sync"
	"time"
	"weak"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
)

// target is one scraped target and what it had in its last scrape.
type target struct {
	interval time.Duration

	mu       sync.Mutex // guards what follows
	owner    *owner
	last     count
	verified bool
}

// scraped takes over the count of a scrape that was committed.
func (t *target) scraped(from *owner, reserved, refused, samples int64) {
	now := count{series: samples, refused: refused}
	if t.interval > 0 {
		now.rate = float64(samples) / t.interval.Seconds()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if from != t.owner {
		// The target changed hands during the scrape.
		from.settle(reserved, refused, count{}, count{})
		reserved, refused = 0, 0
	}
	t.owner.settle(reserved, refused, t.last, now)
	t.last = now
}

// move gives the target to an owner that holds it already.
func (t *target) move(to *owner) (from *owner) {
	t.mu.Lock()
	defer t.mu.Unlock()
	from = t.owner
	from.leave(t.last)
	to.take(t.last)
	t.owner, t.verified = to, true
	return from
}

func (t *target) current() *owner {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.owner
}

// targets knows each target that is scraped for as long as the scrape manager
// holds it, and does not hold it longer.
type targets struct {
	owners *owners
	known  func(job string) bool

	mu     sync.RWMutex // guards what follows
	byWeak map[weak.Pointer[scrape.Target]]*target
	fresh  int // of byWeak, not verified
}

func newTargets(o *owners, known func(string) bool) *targets {
	return &targets{owners: o, known: known, byWeak: map[weak.Pointer[scrape.Target]]*target{}}
}

func (s *targets) of(t *scrape.Target) *target {
	key := weak.Make(t)
	s.mu.RLock()
	known, ok := s.byWeak[key]
	s.mu.RUnlock()
	if ok {
		return known
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.byWeak[key]; ok {
		return known
	}
	fresh := &target{owner: s.owners.hold(s.jobOf(t)), interval: intervalOf(t)}
	s.byWeak[key] = fresh
	s.fresh++
	runtime.AddCleanup(t, s.forget, key)
	return fresh
}

func (s *targets) forget(key weak.Pointer[scrape.Target]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gone, ok := s.byWeak[key]
	if !ok {
		return
	}
	delete(s.byWeak, key)
	gone.mu.Lock()
	defer gone.mu.Unlock()
	if !gone.verified {
		s.fresh--
	}
	gone.owner.leave(gone.last)
}

// jobOf reads the internal name of the target's job off the labels it was
// discovered with, which is cheap and nearly always right: upstream sets the job
// label to the name, unless the discovery has set it. The scrape manager, which
// knows better, must not be asked from within a scrape: its locks are held while
// scrapes are waited for.
func (s *targets) jobOf(t *scrape.Target) string {
	job := t.DiscoveredLabels(labels.NewBuilder(labels.EmptyLabels())).Get(model.JobLabel)
	if s.known != nil && !s.known(job) {
		return unattributed
	}
	return job
}

func intervalOf(t *scrape.Target) time.Duration {
	d, err := model.ParseDuration(t.GetValue(model.ScrapeIntervalLabel))
	if err != nil {
		return 0
	}
	return time.Duration(d)
}

func (s *targets) unverified() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.fresh > 0
}

type moved struct{ from, to string }

// verify gives targets to the owner of the pool they are really in.
func (s *targets) verify(pools map[string][]*scrape.Target) []moved {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []moved
	for job, ts := range pools {
		for _, t := range ts {
			known, ok := s.byWeak[weak.Make(t)]
			if !ok || known.verified { // written under s.mu only
				continue
			}
			o := s.owners.hold(job)
			if from := known.move(o); from != o {
				list = append(list, moved{from.name, o.name})
			}
			s.fresh--
		}
	}
	return list
}
