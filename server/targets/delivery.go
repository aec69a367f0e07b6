package targets

import "time"

const (
	// resendAll is how often every job is sent although nothing changed. It
	// heals what this package does not foresee, at the cost of a few Syncs each.
	// They are sent a part at a time: thousands at once took the CPU for most of a
	// second, from the reloads and scrapes that were due.
	resendAll   = 5 * time.Minute
	resendParts = 150
	// settle is how long to wait for more after something changed: objects come
	// one by one, a new Service as two or three.
	settle = 5 * time.Millisecond
	// maxSends bounds how often one change is sent. A pool that could not be
	// created, for want of a certificate say, never confirms; like upstream's
	// it is tried again with the next round for all.
	maxSends = 12
	maxWait  = 5 * time.Second
)

// deliveries are the jobs whose newest groups the scrape manager may not have
// taken over yet.
//
// Upstream stores the last map it was sent and takes it over some time later
// (scrape/manager.go updateTsets, reload). A map sent in between replaces the
// one before, which is lost. So a job must be in every map until it was taken
// over for certain. That a second map was received says that the first was
// stored. From then on at most one takeover in progress can still be of older
// groups; the second one to finish is of these.
type deliveries struct {
	syncs    func(job string) uint64
	interval time.Duration
	limit    int // of sends
	pending  map[string]*delivery
	lastSent time.Time
}

type delivery struct {
	sends  int
	syncs  uint64 // count when the first map was stored
	wait   time.Duration
	nextAt time.Time
}

func newDeliveries(o Options) deliveries {
	return deliveries{syncs: o.Syncs, interval: o.Interval, limit: maxSends, pending: map[string]*delivery{}}
}

// touch begins the delivery of a job's newest groups.
func (d *deliveries) touch(name string) {
	d.pending[name] = &delivery{wait: d.interval, nextAt: time.Now().Add(settle)}
}

// ready forgets what was delivered and says whether it is time to send the rest.
func (d *deliveries) ready(now time.Time) bool {
	ready := false
	for name, p := range d.pending {
		if p.delivered(d.syncs(name)) || p.sends >= d.limit {
			delete(d.pending, name)
			continue
		}
		ready = ready || !now.Before(p.nextAt)
	}
	return ready && !now.Before(d.lastSent.Add(d.gap()))
}

// gap is the least time between two maps. The manager takes one over at most
// every interval, so making more only costs.
func (d *deliveries) gap() time.Duration { return d.interval / 2 }

// wait is how long until there may be something to send.
func (d *deliveries) wait(now time.Time) time.Duration {
	if len(d.pending) == 0 {
		return time.Hour
	}
	first := now.Add(maxWait)
	for _, p := range d.pending {
		if p.nextAt.Before(first) {
			first = p.nextAt
		}
	}
	if open := d.lastSent.Add(d.gap()); first.Before(open) {
		first = open
	}
	return max(first.Sub(now), time.Millisecond)
}

// sent notes that the scrape manager received a map.
func (d *deliveries) sent(m Groups, now time.Time) {
	d.lastSent = now
	for name := range m {
		p := d.pending[name]
		if p == nil {
			continue
		}
		p.sends++
		if p.sends == 2 {
			p.syncs = d.syncs(name)
		}
		p.nextAt = now.Add(p.wait)
		if p.sends > 3 {
			p.wait = min(2*p.wait, maxWait)
		}
	}
}

// delivered says whether the job's newest groups were taken over.
func (p *delivery) delivered(syncs uint64) bool {
	if p.sends >= 2 && syncs < p.syncs {
		p.syncs = syncs // the pool was stopped and made anew
	}
	return p.sends >= 2 && syncs >= p.syncs+2
}
