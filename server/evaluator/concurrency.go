package evaluator

import (
	"context"

	"github.com/prometheus/prometheus/rules"
	"golang.org/x/sync/semaphore"
)

// concurrency limits the rules evaluated beside the one each group evaluates
// anyway, over all shards together.
type concurrency struct{ slots *semaphore.Weighted }

func newConcurrency(limit int64) *concurrency {
	return &concurrency{slots: semaphore.NewWeighted(limit)}
}

// Allow takes a slot if one is free.
func (c *concurrency) Allow(context.Context, *rules.Group, rules.Rule) bool {
	return c.slots.TryAcquire(1)
}

// Done gives a slot back.
func (c *concurrency) Done(context.Context) { c.slots.Release(1) }

// SplitGroupIntoBatches orders a group's rules so that none runs before what it
// reads: first those that read no other, then those in the middle one by one,
// at last those that no other reads.
func (c *concurrency) SplitGroupIntoBatches(_ context.Context, g *rules.Group) []rules.ConcurrentRules {
	var first, last rules.ConcurrentRules
	var middle []rules.ConcurrentRules
	for i, r := range g.Rules() {
		switch {
		case r.NoDependencyRules():
			first = append(first, i)
		case r.NoDependentRules():
			last = append(last, i)
		default:
			middle = append(middle, rules.ConcurrentRules{i})
		}
	}
	var batches []rules.ConcurrentRules
	if len(first) > 0 {
		batches = append(batches, first)
	}
	batches = append(batches, middle...)
	if len(last) > 0 {
		batches = append(batches, last)
	}
	return batches
}
