package targets

import (
	"slices"
	"time"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

const (
	// resendAll is how often every job is sent although nothing changed. It
	// heals what this package does not foresee, at the cost of one Sync each.
	resendAll = 5 * time.Minute
	// maxSends bounds how often one change is sent. A pool that could not be
	// created, for want of a certificate say, never confirms; like upstream's
	// it is tried again with the next round for all.
	maxSends = 12
	maxWait  = 5 * time.Second
)

// table is the Router's state: all jobs, and which of them the scrape manager
// may not have seen yet.
type table struct {
	opts    Options
	jobs    map[string]*job
	pending map[string]*delivery
}

type job struct {
	config     *config.ScrapeConfig
	static     []*targetgroup.Group
	discovered []*targetgroup.Group
}

func (j *job) groups() []*targetgroup.Group {
	// Empty and not nil: the scrape manager drops the targets of before.
	out := make([]*targetgroup.Group, 0, len(j.static)+len(j.discovered))
	return append(append(out, j.static...), j.discovered...)
}

// delivery is the way of one job's newest groups to the scrape manager.
//
// Upstream stores the last map it was sent and takes it over some time later
// (scrape/manager.go updateTsets, reload). A map sent in between replaces the
// one before, which is lost. So a job must be in every map until it was taken
// over for certain. That the second map was received says that the first was
// stored. From then on at most one takeover in progress can still be of older
// groups; the second one to finish is of these.
type delivery struct {
	sends  int
	syncs  uint64 // count when the first map was stored
	wait   time.Duration
	nextAt time.Time
}

func newTable(o Options) *table {
	return &table{opts: o, jobs: map[string]*job{}, pending: map[string]*delivery{}}
}

func (t *table) touch(name string) { t.pending[name] = &delivery{wait: t.opts.Interval} }

func (t *table) touchAll() {
	for name := range t.jobs {
		if t.pending[name] == nil {
			t.touch(name)
		}
	}
}

func (t *table) setJobs(configs map[string]*config.ScrapeConfig) {
	for name := range t.jobs {
		if configs[name] == nil {
			delete(t.jobs, name)
			delete(t.pending, name)
			if t.opts.Discovered != nil {
				t.opts.Discovered.DeleteLabelValues(name)
			}
		}
	}
	for name, c := range configs {
		j := t.jobs[name]
		if j != nil && j.config == c {
			continue
		}
		if j == nil {
			j = &job{}
			t.jobs[name] = j
		}
		j.config = c
		var rest int
		static, others := split(c.ServiceDiscoveryConfigs)
		j.static, rest = static, len(others)
		if rest == 0 {
			j.discovered = nil
			t.count(name, j)
		}
		// Even if the targets are the same: a pool's new relabeling is applied
		// to its targets only when they are synced.
		t.touch(name)
	}
}

func (t *table) setDiscovered(groups Groups) {
	for name, found := range groups {
		j := t.jobs[name]
		if j == nil || sameGroups(j.discovered, found) {
			continue
		}
		j.discovered = found
		t.touch(name)
	}
}

// sameGroups compares by identity: discoverers make a new group when something
// in it changed. The order of upstream's maps is random.
func sameGroups(a, b []*targetgroup.Group) bool {
	if len(a) != len(b) {
		return false
	}
	if slices.Equal(a, b) {
		return true
	}
	in := make(map[*targetgroup.Group]struct{}, len(a))
	for _, g := range a {
		in[g] = struct{}{}
	}
	for _, g := range b {
		if _, ok := in[g]; !ok {
			return false
		}
	}
	return true
}

func (t *table) count(name string, j *job) {
	if t.opts.Discovered == nil {
		return
	}
	n := 0
	for _, g := range j.groups() {
		n += len(g.Targets)
	}
	t.opts.Discovered.WithLabelValues(name).Set(float64(n))
}

// due returns what to send now: every pending job, if at least one of them has
// waited long enough; nil if there is nothing to do. All of them, because what
// is not in the map would be lost to the map before.
func (t *table) due(now time.Time) Groups {
	ready := false
	for name, d := range t.pending {
		if d.delivered(t.opts.Syncs(name)) || d.sends >= maxSends {
			delete(t.pending, name)
			continue
		}
		ready = ready || !now.Before(d.nextAt)
	}
	if !ready {
		return nil
	}
	out := make(Groups, len(t.pending))
	for name := range t.pending {
		out[name] = t.jobs[name].groups()
	}
	return out
}

// sent notes that the scrape manager received a map.
func (t *table) sent(m Groups, now time.Time) {
	for name := range m {
		d := t.pending[name]
		if d == nil {
			continue
		}
		d.sends++
		if d.sends == 2 {
			d.syncs = t.opts.Syncs(name)
		}
		d.nextAt = now.Add(d.wait)
		if d.sends > 3 {
			d.wait = min(2*d.wait, maxWait)
		}
	}
}

// delivered says whether the job's newest groups were taken over.
func (d *delivery) delivered(syncs uint64) bool {
	if d.sends >= 2 && syncs < d.syncs {
		d.syncs = syncs // the pool was stopped and made anew
	}
	return d.sends >= 2 && syncs >= d.syncs+2
}
