package series

import (
	"sync"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunks"
)

// pageSize is small, because a page stays as long as one of its series: after
// months few series of an old page are left.
const pageSize = 64

// ledger remembers who brought each series into the head. References are given
// out one after the other, so pages are nearly full and a series costs some
// nine bytes, a thousandth of what it costs anyway.
//
// After a restart it is empty and series are claimed as they are scraped again.
// Until the head forgets them, series that are not are nobody's.
type ledger struct {
	mu    sync.Mutex // guards pages
	pages map[uint64]*page
}

type page struct {
	owners [pageSize]*owner
	used   int
}

// Lifecycle is for tsdb.Options.SeriesLifecycleCallback. Without it, as in agent
// mode, only active series are counted and limited. Call it before any append.
func (g *Guard) Lifecycle() tsdb.SeriesLifecycleCallback {
	g.memory = &ledger{pages: map[uint64]*page{}}
	return lifecycle{g.memory}
}

// claim notes that the series was brought by o. A series that was somebody
// else's changes hands: its job has been moved to another drop-in.
func (l *ledger) claim(ref storage.SeriesRef, o *owner) {
	if l == nil {
		return
	}
	l.mu.Lock()
	p := l.pages[uint64(ref)/pageSize]
	if p == nil {
		p = &page{}
		l.pages[uint64(ref)/pageSize] = p
	}
	slot := &p.owners[uint64(ref)%pageSize]
	before := *slot
	*slot = o
	if before == nil {
		p.used++
	}
	l.mu.Unlock()
	if before == o {
		return
	}
	if before != nil {
		before.remember(-1)
	}
	o.remember(1)
}

// drop forgets series that left the head.
func (l *ledger) drop(refs map[chunks.HeadSeriesRef]labels.Labels) {
	left := map[*owner]int64{}
	l.mu.Lock()
	for ref := range refs {
		p := l.pages[uint64(ref)/pageSize]
		if p == nil {
			continue
		}
		slot := &p.owners[uint64(ref)%pageSize]
		if *slot == nil {
			continue
		}
		left[*slot]++
		*slot = nil
		if p.used--; p.used == 0 {
			delete(l.pages, uint64(ref)/pageSize)
		}
	}
	l.mu.Unlock()
	for o, n := range left {
		o.remember(-n)
	}
}

// lifecycle implements tsdb.SeriesLifecycleCallback. Creation is not used: it
// is told without a reference and without saying who creates.
type lifecycle struct{ ledger *ledger }

func (lifecycle) PreCreation(labels.Labels) error { return nil }
func (lifecycle) PostCreation(labels.Labels)      {}

func (c lifecycle) PostDeletion(refs map[chunks.HeadSeriesRef]labels.Labels) {
	c.ledger.drop(refs)
}
