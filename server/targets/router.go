// Package targets brings discovered targets to the scrape manager. Static
// targets go there directly. Kubernetes objects are watched once for all jobs,
// and each job gets only the groups that its relabeling can keep. All other
// discoveries are upstream's discovery.Manager's. Only jobs whose targets
// changed are sent, so the cost of a change does not depend on the number of
// jobs.
package targets

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// Groups are the target groups of jobs, by the job's internal name.
type Groups = map[string][]*targetgroup.Group

// Discoverer finds the targets of everything that is not found here. It is
// what the Router uses of discovery.Manager.
type Discoverer interface {
	ApplyConfig(map[string]discovery.Configs) error
	SyncCh() <-chan map[string][]*targetgroup.Group
}

// Options configure a [Router].
type Options struct {
	Logger     *slog.Logger
	Discoverer Discoverer
	// Client makes Kubernetes clients, [NewClient] if nil.
	Client ClientFunc
	// Syncs returns how often the scrape manager took over a job's targets.
	Syncs func(job string) uint64
	// Interval is the scrape manager's DiscoveryReloadInterval: sending more
	// often than it looks is of no use.
	Interval time.Duration
	// Metrics of upstream's discovery, to be filled for what passes by it. All
	// but Events may be nil.
	Discovered *prometheus.GaugeVec
	Events     *prometheus.CounterVec
	Failures   prometheus.Counter
}

// Router sends jobs' target groups to the scrape manager.
type Router struct {
	opts    Options
	changes chan change
	views   chan chan *View
	out     chan Groups
	watches *watches
	stop    context.CancelFunc // ends the watches

	// What Apply did last. It is not concurrent.
	jobs   []*config.ScrapeConfig
	inputs map[string]*input
	// unsure is set while the Discoverer may have others than those of inputs.
	unsure bool
}

// change is what is different in a set of jobs.
type change struct {
	inputs map[string]*input // new or edited
	gone   []string
}

// input is one job and where its targets come from.
type input struct {
	config *config.ScrapeConfig
	static []*targetgroup.Group
	subs   []*subscription
	others discovery.Configs
}

// New returns a Router without jobs.
func New(o Options) (*Router, error) {
	switch {
	case o.Syncs == nil:
		return nil, errors.New("targets: " + SyncsMetric + " is not a metric of the scrape manager any more")
	case o.Events == nil:
		return nil, errors.New("targets: " + EventsMetric + " is not a metric of the discovery any more")
	}
	if o.Client == nil {
		o.Client = NewClient
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Router{
		opts:    o,
		changes: make(chan change),
		inputs:  map[string]*input{},
		views:   make(chan chan *View),
		out:     make(chan Groups),
		stop:    stop,
		watches: &watches{
			ctx: ctx, logger: o.Logger, newClient: o.Client, events: o.Events, failures: o.Failures,
			updates: make(chan update),
			servers: map[string]*informers{}, open: map[watchKey]*watch{},
		},
	}, nil
}

// Groups is the channel to give to scrape.Manager.Run. It is closed when Run
// returns.
func (r *Router) Groups() <-chan Groups { return r.out }

// Apply replaces the set of jobs. The scrape manager must have the same jobs
// already, or it would not know what to do with their targets. A job that did
// not change must be the same pointer. Calls must not be concurrent.
func (r *Router) Apply(ctx context.Context, jobs []*config.ScrapeConfig) error {
	before, now := withoutCommon(r.jobs, jobs)
	c := change{inputs: map[string]*input{}}
	stays := make(map[string]bool, len(now))
	for _, j := range now {
		stays[j.JobName] = true
		if in := r.inputs[j.JobName]; in == nil || in.config != j {
			c.inputs[j.JobName] = r.split(j)
		}
	}
	for _, j := range before {
		if !stays[j.JobName] {
			c.gone = append(c.gone, j.JobName)
		}
	}
	if err := r.applyOthers(c); err != nil {
		return err
	}
	select {
	case r.changes <- c:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	r.jobs, r.unsure = jobs, false
	maps.Copy(r.inputs, c.inputs)
	for _, name := range c.gone {
		delete(r.inputs, name)
	}
	return nil
}

// withoutCommon returns two lists without what both begin with and what both end
// with: little is left of long ones, of which one job is edited.
func withoutCommon[T comparable](a, b []T) ([]T, []T) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

// split finds out for each of a job's discoveries who is to do it.
func (r *Router) split(j *config.ScrapeConfig) *input {
	in := &input{config: j}
	for _, c := range j.ServiceDiscoveryConfigs {
		if s, ok := c.(discovery.StaticConfig); ok {
			in.static = append(in.static, s...)
			continue
		}
		if k, ok := shareable(c); ok {
			from, spaces, err := r.watches.subscribe(k)
			if err == nil {
				in.subs = append(in.subs, &subscription{
					job: j.JobName, from: from, namespaces: spaces, selects: selectionOf(j.RelabelConfigs),
				})
				continue
			}
			// Upstream meets the same error, and reports it where people look:
			// prometheus_sd_failed_configs.
			r.opts.Logger.Debug("Leaving a Kubernetes discovery to upstream", "scrape_pool", j.JobName, "err", err)
		}
		in.others = append(in.others, c)
	}
	return in
}

// applyOthers gives the Discoverer the jobs that need it. It compares every
// configuration with every provider it has, so it is left alone if none of its
// jobs changed.
func (r *Router) applyOthers(c change) error {
	needs := func(in *input) bool { return in != nil && len(in.others) > 0 }
	changed := r.unsure
	for name, in := range c.inputs {
		changed = changed || needs(in) || needs(r.inputs[name])
	}
	for _, name := range c.gone {
		changed = changed || needs(r.inputs[name])
	}
	if !changed {
		return nil
	}
	inputs := maps.Clone(r.inputs)
	maps.Copy(inputs, c.inputs)
	for _, name := range c.gone {
		delete(inputs, name)
	}
	configs := map[string]discovery.Configs{}
	for name, in := range inputs {
		if needs(in) {
			configs[name] = in.others
		}
	}
	r.unsure = true
	return r.opts.Discoverer.ApplyConfig(configs)
}

// Run routes until ctx ends. One goroutine owns all jobs; its cases:
//
//  1. the set of jobs changed
//  2. the Discoverer sent its jobs, always all of them
//  3. a watch has news
//  4. the scrape manager takes a map
//  5. it is time to make a map, or to look whether the last was taken over
//  6. a part of everything is to be sent, in case something was overlooked
//  7. somebody wants to see what there is
func (r *Router) Run(ctx context.Context) {
	defer close(r.out)
	defer r.stop()
	t := newTable(r.opts)
	all := time.NewTicker(resendAll / resendParts)
	defer all.Stop()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	discovered := r.opts.Discoverer.SyncCh()

	var next Groups
	for {
		var out chan Groups
		if next == nil {
			now := time.Now()
			next = t.due(now)
			timer.Reset(t.wait(now))
		}
		if next != nil {
			out = r.out
		}
		select {
		case c := <-r.changes: // 1
			t.change(c)
			next = nil
		case groups, ok := <-discovered: // 2
			if !ok {
				discovered = nil
				continue
			}
			if t.setDiscovered(groups) {
				next = nil
			}
		case u := <-r.watches.updates: // 3
			if t.setWatched(u) {
				next = nil
			}
		case out <- next: // 4
			t.sent(next, time.Now())
			next = nil
		case <-timer.C: // 5
		case <-all.C: // 6
			t.touchPart()
			next = nil
		case view := <-r.views: // 7
			view <- t.view()
		case <-ctx.Done():
			return
		}
	}
}
