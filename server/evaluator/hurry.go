package evaluator

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/prometheus/rules"
)

// patience is how long evaluations of changed groups may keep a reload waiting.
const patience = time.Second

// hurry ends evaluations that keep a reload waiting. A Manager stops a group
// by waiting for its evaluation, which may take as long as a query may, and
// everybody's changes would wait with it: a drop-in that is slow must hurt
// only itself. What is cut short is an evaluation of a group that is about to
// be another one or none.
type hurry struct {
	// places are those of all shards for evaluations that run.
	places chan struct{}

	mtx     sync.Mutex // guards what follows
	running map[*rules.Group]context.CancelFunc
	late    map[*rules.Group]bool
}

// atOnce is how many groups are evaluated at the same time. The engine runs no more than
// some twenty queries at once, but thousands of groups that are late, since there are
// more rules than CPU, would all wait at each other's locks (the metrics of rules are
// the same for all), where nothing can call them off: a reload of such a server was
// seen to take six minutes.
const atOnce = 64

func newHurry(places chan struct{}) *hurry {
	return &hurry{places: places, running: map[*rules.Group]context.CancelFunc{}, late: map[*rules.Group]bool{}}
}

// evaluate evaluates g, until it is done or late.
func (h *hurry) evaluate(ctx context.Context, g *rules.Group, ts time.Time, iterate rules.GroupEvalIterationFunc) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	h.mtx.Lock()
	if h.late[g] {
		cancel() // the next of its evaluations would keep the reload waiting as well
	}
	h.running[g] = cancel
	h.mtx.Unlock()
	defer func() {
		h.mtx.Lock()
		defer h.mtx.Unlock()
		delete(h.running, g)
	}()
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	case <-ctx.Done():
		return
	}
	iterate(ctx, g, ts)
}

// leaving says that groups are about to be stopped: what they evaluate a while
// from now is ended. The function it returns says that they were.
func (h *hurry) leaving(groups []*rules.Group) (left func()) {
	timer := time.AfterFunc(patience, func() {
		h.mtx.Lock()
		defer h.mtx.Unlock()
		for _, g := range groups {
			h.late[g] = true
			if cancel := h.running[g]; cancel != nil {
				cancel()
			}
		}
	})
	return func() {
		timer.Stop()
		h.mtx.Lock()
		defer h.mtx.Unlock()
		for _, g := range groups {
			delete(h.late, g)
		}
	}
}
