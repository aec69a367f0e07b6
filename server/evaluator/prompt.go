package evaluator

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
)

// promptLimit is how many groups are evaluated at once because they are new.
// It is small: a reload that brings many groups must not take the CPU from the
// evaluations that are due.
const promptLimit = 2

// prompter evaluates groups that a reload added or changed as soon as they are
// in force. A Manager alone evaluates a group first at its next slot, up to a
// whole interval later (rules/group.go run), and until then nobody can tell
// whether an applied rule works.
//
// Groups do not lock their evaluations, so the prompter sees to it that a
// prompt one and one of the Manager's never run together, and that none runs
// while a group is stopped and its state copied: see withdraw.
type prompter struct {
	ctx   context.Context
	slots chan struct{}

	mtx   sync.Mutex // guards jobs and turns
	jobs  map[*rules.Group]*job
	turns map[string]*turn // by group key
}

// job is one prompt evaluation that waits or runs.
type job struct {
	running bool
	done    chan struct{}
}

// turn is held while a group, or another with the same key, is evaluated.
type turn struct {
	mtx sync.Mutex
	// evaluated is the group that was evaluated last, at the time in at.
	evaluated *rules.Group
	at        time.Time
}

func newPrompter(ctx context.Context) *prompter {
	return &prompter{
		ctx:   ctx,
		slots: make(chan struct{}, promptLimit),
		jobs:  map[*rules.Group]*job{},
		turns: map[string]*turn{},
	}
}

func (p *prompter) turn(g *rules.Group) *turn {
	key := rules.GroupKey(g.File(), g.Name())
	p.mtx.Lock()
	defer p.mtx.Unlock()
	t := p.turns[key]
	if t == nil {
		t = &turn{}
		p.turns[key] = t
	}
	return t
}

// inTurn evaluates g at ts, unless it was evaluated at that time or later: its
// samples would be out of order.
func (p *prompter) inTurn(ctx context.Context, g *rules.Group, ts time.Time, evaluate rules.GroupEvalIterationFunc) {
	t := p.turn(g)
	t.mtx.Lock()
	defer t.mtx.Unlock()
	if !ts.After(t.at) {
		return
	}
	evaluate(ctx, g, ts)
	t.evaluated, t.at = g, ts
}

// evaluate starts the prompt evaluation of groups and returns at once.
func (p *prompter) evaluate(groups []*rules.Group, iterate rules.GroupEvalIterationFunc) {
	p.mtx.Lock()
	defer p.mtx.Unlock()
	for _, g := range groups {
		p.jobs[g] = &job{done: make(chan struct{})}
		go p.run(g, p.jobs[g], iterate)
	}
}

func (p *prompter) run(g *rules.Group, j *job, iterate rules.GroupEvalIterationFunc) {
	defer close(j.done)
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-p.ctx.Done():
		return
	}
	p.mtx.Lock()
	if p.jobs[g] != j { // withdrawn
		p.mtx.Unlock()
		return
	}
	j.running = true
	p.mtx.Unlock()

	t := p.turn(g)
	t.mtx.Lock()
	// Its slot may have come by while it waited.
	if t.evaluated != g {
		now := time.Now()
		iterate(withOrigin(p.ctx, g), g, now)
		t.evaluated, t.at = g, now
	}
	t.mtx.Unlock()

	p.mtx.Lock()
	if p.jobs[g] == j {
		delete(p.jobs, g)
	}
	p.mtx.Unlock()
}

// withOrigin says where a query comes from, for the query log, as a Manager does
// (rules/group.go run).
func withOrigin(ctx context.Context, g *rules.Group) context.Context {
	return promql.NewOriginContext(ctx, map[string]any{
		"ruleGroup": map[string]string{"file": g.File(), "name": g.Name()},
	})
}

// withdraw takes back the prompt evaluations of groups that are about to go or
// to change, and waits for those that run. The Manager waits for its own
// evaluations before it copies a group's state; it does not know of these.
func (p *prompter) withdraw(groups []*rules.Group) {
	var running []*job
	p.mtx.Lock()
	for _, g := range groups {
		if j := p.jobs[g]; j != nil {
			delete(p.jobs, g)
			if j.running {
				running = append(running, j)
			}
		}
	}
	p.mtx.Unlock()
	for _, j := range running {
		<-j.done
	}
}

// forget drops what is known of groups that are gone.
func (p *prompter) forget(keys map[string]bool) {
	p.mtx.Lock()
	defer p.mtx.Unlock()
	for k := range keys {
		delete(p.turns, k)
	}
}
