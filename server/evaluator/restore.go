package evaluator

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/prometheus/rules"
)

// restore brings back the `for` state of alerts from the ALERTS_FOR_STATE
// series for groups that are new to their Manager.
//
// Prometheus does this for the groups of a Manager's first Update, and with
// RestoreNewRuleGroups for the groups of every later one. The latter includes
// edited groups, whose alerts are alive and copied over: rules/group.go
// RestoreForState then moves the ActiveAt of an alert about to fire to a grace
// period before firing, so each edit would postpone it. Hence only groups that
// were not there before are restored here, in the same two steps: no
// ALERTS_FOR_STATE is written before the second evaluation has read it.
type restore struct {
	mtx   sync.Mutex
	fresh map[string]int // evaluations seen, by group key
	first bool           // the first Update is the Manager's own to restore
}

func newRestore() *restore {
	return &restore{fresh: map[string]int{}, first: true}
}

// expect notes which of the groups about to be loaded are new.
func (r *restore) expect(keys, known map[string]bool) {
	r.mtx.Lock()
	defer r.mtx.Unlock()
	for k := range r.fresh {
		if !keys[k] {
			delete(r.fresh, k)
		}
	}
	if !r.first {
		for k := range keys {
			if !known[k] {
				r.fresh[k] = 0
			}
		}
	}
	r.first = false
}

// iterate evaluates a group, and brings its alerts' state back if it is new.
func (r *restore) iterate(ctx context.Context, g *rules.Group, ts time.Time) {
	switch r.seen(rules.GroupKey(g.File(), g.Name())) {
	case 1:
		for _, a := range g.AlertingRules() {
			a.SetRestored(false)
		}
		rules.DefaultEvalIterationFunc(ctx, g, ts)
	case 2:
		rules.DefaultEvalIterationFunc(ctx, g, ts)
		g.RestoreForState(time.Now())
	default:
		rules.DefaultEvalIterationFunc(ctx, g, ts)
	}
}

// seen counts an evaluation of a new group: 1, 2 and then 0 for good.
func (r *restore) seen(key string) int {
	r.mtx.Lock()
	defer r.mtx.Unlock()
	n, ok := r.fresh[key]
	if !ok {
		return 0
	}
	n++
	if n == 2 {
		delete(r.fresh, key)
	} else {
		r.fresh[key] = n
	}
	return n
}
