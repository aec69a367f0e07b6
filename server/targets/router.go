// Package targets brings discovered targets to the scrape manager. Static
// targets go there directly, those of other discoveries through upstream's
// discovery.Manager. Only jobs whose targets changed are sent, so the cost of a
// change does not depend on the number of jobs.
package targets

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// Groups are the target groups of jobs, by the job's internal name.
type Groups = map[string][]*targetgroup.Group

// Discoverer finds the targets of everything that is not handed over directly.
// It is what the Router uses of discovery.Manager.
type Discoverer interface {
	ApplyConfig(map[string]discovery.Configs) error
	SyncCh() <-chan map[string][]*targetgroup.Group
}

// Options configure a [Router].
type Options struct {
	Logger     *slog.Logger
	Discoverer Discoverer
	// Syncs returns how often the scrape manager took over a job's targets.
	Syncs func(job string) uint64
	// Interval is the scrape manager's DiscoveryReloadInterval: sending more
	// often than it looks is of no use.
	Interval time.Duration
	// Discovered is upstream's prometheus_sd_discovered_targets, for the jobs
	// that upstream's manager does not see. May be nil.
	Discovered *prometheus.GaugeVec
}

// Router sends jobs' target groups to the scrape manager.
type Router struct {
	opts    Options
	changes chan map[string]*config.ScrapeConfig
	out     chan Groups

	// others is what Apply gave to the Discoverer last; Apply is not concurrent.
	others map[string]*config.ScrapeConfig
}

// New returns a Router without jobs.
func New(o Options) (*Router, error) {
	if o.Syncs == nil {
		return nil, errors.New("targets: Syncs must be set")
	}
	return &Router{
		opts:    o,
		changes: make(chan map[string]*config.ScrapeConfig),
		out:     make(chan Groups),
	}, nil
}

// Groups is the channel to give to scrape.Manager.Run. It is closed when Run
// returns.
func (r *Router) Groups() <-chan Groups { return r.out }

// Apply replaces the set of jobs. The scrape manager must have the same jobs
// already, or it would not know what to do with their targets. A job that did
// not change must be the same pointer. Calls must not be concurrent.
func (r *Router) Apply(ctx context.Context, jobs []*config.ScrapeConfig) error {
	if err := r.applyOthers(jobs); err != nil {
		return err
	}
	byName := make(map[string]*config.ScrapeConfig, len(jobs))
	for _, j := range jobs {
		byName[j.JobName] = j
	}
	select {
	case r.changes <- byName:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// applyOthers gives the Discoverer the jobs that need it. It compares every
// configuration with every provider it has, so it is left alone if none of its
// jobs changed.
func (r *Router) applyOthers(jobs []*config.ScrapeConfig) error {
	others := map[string]*config.ScrapeConfig{}
	configs := map[string]discovery.Configs{}
	changed := false
	for _, j := range jobs {
		_, rest := split(j.ServiceDiscoveryConfigs)
		if len(rest) == 0 {
			continue
		}
		others[j.JobName], configs[j.JobName] = j, rest
		changed = changed || r.others[j.JobName] != j
	}
	if !changed && len(others) == len(r.others) {
		return nil
	}
	if err := r.opts.Discoverer.ApplyConfig(configs); err != nil {
		return err
	}
	r.others = others
	return nil
}

// split separates what is known from what must be discovered.
func split(cfgs discovery.Configs) (static []*targetgroup.Group, rest discovery.Configs) {
	for _, c := range cfgs {
		if s, ok := c.(discovery.StaticConfig); ok {
			static = append(static, s...)
		} else {
			rest = append(rest, c)
		}
	}
	return static, rest
}

// Run routes until ctx ends. One goroutine owns all jobs; its cases:
//
//  1. the set of jobs changed
//  2. the Discoverer sent its jobs, always all of them
//  3. the scrape manager takes a map
//  4. it is time to look whether it took over what it was sent
func (r *Router) Run(ctx context.Context) {
	defer close(r.out)
	t := newTable(r.opts)
	tick := time.NewTicker(r.opts.Interval)
	defer tick.Stop()
	all := time.NewTicker(resendAll)
	defer all.Stop()
	discovered := r.opts.Discoverer.SyncCh()

	var next Groups
	for {
		var out chan Groups
		if next == nil {
			next = t.due(time.Now())
		}
		if next != nil {
			out = r.out
		}
		select {
		case jobs := <-r.changes: // 1
			t.setJobs(jobs)
			next = nil
		case groups, ok := <-discovered: // 2
			if !ok {
				discovered = nil
				continue
			}
			t.setDiscovered(groups)
			next = nil
		case out <- next: // 3
			t.sent(next, time.Now())
			next = nil
		case <-tick.C: // 4
		case <-all.C:
			t.touchAll()
			next = nil
		case <-ctx.Done():
			return
		}
	}
}
