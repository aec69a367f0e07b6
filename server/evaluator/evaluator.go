// Package evaluator evaluates recording and alerting rules. It spreads rule
// files over several rules.Managers of Prometheus, because a Manager's Update
// rebuilds and compares every group it has: with many small Managers an edit of
// one file costs what one file costs.
package evaluator

import (
	"context"
	"fmt"
	"hash/maphash"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/rules"
)

// DefaultShards is enough for a file to have a Manager nearly for itself among
// some hundred others: a Manager turns each of its rules into YAML to compare
// it. A shard without rules is a nil pointer, one with rules a parked goroutine.
const DefaultShards = 1024

// Options configure an [Evaluator].
type Options struct {
	// Rules is the template for each shard's Manager. Its GroupLoader and
	// RestoreNewRuleGroups are the Evaluator's to set.
	Rules rules.ManagerOptions
	// Shards is the number of Managers, [DefaultShards] if 0.
	Shards int
	Logger *slog.Logger
}

// Set is everything the rules depend on.
type Set struct {
	// Groups holds parsed rule files by identifier. A file that did not change
	// must be the same pointer as in the Set before.
	Groups         map[string]*rulefmt.RuleGroups
	Interval       time.Duration
	ExternalLabels labels.Labels
	ExternalURL    string
}

// Evaluator holds the shards. Its methods may be called concurrently.
type Evaluator struct {
	opts Options
	seed maphash.Seed
	// regexps and places are those of all shards.
	regexps *regexps
	places  chan struct{}

	mtx     sync.RWMutex // guards what follows
	shards  []*shard
	current Set
	begun   bool // there was an Update
	stopped bool
	running sync.WaitGroup
	updates uint64
}

// New returns an Evaluator without rules.
func New(o Options) *Evaluator {
	if o.Shards == 0 {
		o.Shards = DefaultShards
	}
	if o.Rules.Context == nil {
		o.Rules.Context = context.Background() // as a Manager does
	}
	if o.Rules.Metrics == nil {
		// One for all shards: the metrics' labels name the group, and a second
		// registration would fail.
		o.Rules.Metrics = rules.NewGroupMetrics(o.Rules.Registerer)
	}
	if o.Rules.ConcurrentEvalsEnabled && o.Rules.RuleConcurrencyController == nil {
		// A Manager would make one for itself, and the limit would be per shard.
		o.Rules.RuleConcurrencyController = newConcurrency(o.Rules.MaxConcurrentEvals)
	}
	return &Evaluator{opts: o, seed: maphash.MakeSeed(), regexps: newRegexps(), places: make(chan struct{}, atOnce), shards: make([]*shard, o.Shards)}
}

// Update puts the rules of s in force. Groups that did not change go on
// undisturbed; changed ones keep the state of their alerts. If it fails, the
// rules of before stay in force.
func (e *Evaluator) Update(s Set) error {
	e.mtx.Lock()
	defer e.mtx.Unlock()
	if e.stopped {
		return nil
	}
	old := e.current
	// Update compares rules by their text. What every rule also depends on must
	// be compared here, or unchanged rules would keep the old values.
	rebuild := !labels.Equal(old.ExternalLabels, s.ExternalLabels) || old.ExternalURL != s.ExternalURL
	all := rebuild || old.Interval != s.Interval
	// At the start nothing is scraped yet and every group is new, and after a
	// change that concerns all of them they are due at different times for a
	// good reason: neither is a moment to evaluate them all.
	prompt := e.begun && !all

	next := e.changed(s.Groups, all)
	for i, files := range next {
		if e.shards[i] != nil {
			defer e.shards[i].leaving(files, all)()
		}
	}
	var done []int
	before := map[int]map[string]*rulefmt.RuleGroups{}
	for _, i := range slices.Sorted(maps.Keys(next)) {
		before[i] = e.shards[i].has()
		err := e.updateShard(i, next[i], s, rebuild, prompt)
		if err == nil {
			done = append(done, i)
			continue
		}
		err = fmt.Errorf("update rules: %w", err)
		for _, j := range done {
			if back := e.updateShard(j, before[j], old, rebuild, false); back != nil {
				err = fmt.Errorf("%w; going back failed as well: %w", err, back)
			}
		}
		return err
	}
	e.current, e.begun = s, true
	return nil
}

// changed returns the shards to update and the files each of them is to have:
// those in which a file came, went or changed, or all. It compares with what each
// shard really has, so that one which failed to go back is mended.
func (e *Evaluator) changed(groups map[string]*rulefmt.RuleGroups, all bool) map[int]map[string]*rulefmt.RuleGroups {
	next := map[int]map[string]*rulefmt.RuleGroups{}
	files := func(i int) map[string]*rulefmt.RuleGroups {
		if next[i] == nil {
			next[i] = make(map[string]*rulefmt.RuleGroups, len(e.shards[i].has())+1)
			maps.Copy(next[i], e.shards[i].has())
		}
		return next[i]
	}
	for id, g := range groups {
		if i := e.shardOf(id); all || e.shards[i].has()[id] != g {
			files(i)[id] = g
		}
	}
	for i, s := range e.shards {
		for id := range s.has() {
			if groups[id] == nil {
				delete(files(i), id)
			}
		}
	}
	return next
}

func (e *Evaluator) updateShard(i int, files map[string]*rulefmt.RuleGroups, s Set, rebuild, prompt bool) error {
	if e.shards[i] == nil {
		if len(files) == 0 {
			return nil
		}
		e.shards[i] = newShard(e.opts.Rules, e.regexps, e.places)
		e.running.Add(1)
		go func(m *rules.Manager) {
			defer e.running.Done()
			m.Run()
		}(e.shards[i].manager)
	}
	e.updates++
	return e.shards[i].update(files, s, rebuild, prompt)
}

// shardOf assigns each file to its shard by a hash of its identifier, so that a
// file stays with its Manager, and its alerts with it, whatever comes and goes.
func (e *Evaluator) shardOf(id string) int {
	return int(maphash.String(e.seed, id) % uint64(len(e.shards)))
}

// Updates counts the shards that were ever updated.
func (e *Evaluator) Updates() uint64 {
	e.mtx.RLock()
	defer e.mtx.RUnlock()
	return e.updates
}

// Stop ends all evaluation and waits for it.
func (e *Evaluator) Stop() {
	e.mtx.Lock()
	defer e.mtx.Unlock()
	if e.stopped {
		return
	}
	e.stopped = true
	var stopping sync.WaitGroup
	for _, s := range e.shards {
		if s != nil {
			stopping.Go(s.stop)
		}
	}
	stopping.Wait()
	e.running.Wait()
}
