// Package series bounds how many series each drop-in may keep in memory, so
// that one team's mistake with labels is that team's alone. Prometheus has
// sample_limit, which fails the whole scrape, and nothing for a team.
//
// Over its budget a drop-in keeps the series it has. New ones are refused and
// counted, and its owner is named. Scrapes go on as if the refused series had
// been relabelled away.
//
// What is counted are active series, those of each target's last scrape. They
// leave at once when they are not exposed any more. Because a series stays in
// the head for two to three hours after that, the number in memory is counted
// too and has a budget of twice as much: else labels that always change would
// fill the memory while few series are active.
//
// How it is wired, where the storage is opened and the scrape manager made:
//
//	g := series.New(series.Options{Budget: flag, Pools: manager.TargetsActive, Known: plan.HasJob, Logger: l, Registerer: reg})
//	opts.SeriesLifecycleCallback = g.Lifecycle() // of tsdb.Options
//	scrape.Options{PassMetadataInContext: true, …}
//	storage.NewFanout(l, g.Storage(local), remote)
//	go g.Run(ctx)
//
// It must wrap the storage inside the fanout, whose appender does not tell
// whether a series exists. With package disk: g.Storage(d.Storage(local)).
// The result of g.Costs() is for the API.
package series

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// verifyInterval is how often new targets are looked up in the scrape manager.
const verifyInterval = 5 * time.Second

// Options say what a budget is and how the owner of a target is found.
type Options struct {
	// Budget of active series of each drop-in. The zero Budget is no limit:
	// costs are still counted.
	Budget Budget
	// MemoryLimit in bytes is what a relative budget refers to. 0 means
	// GOMEMLIMIT.
	MemoryLimit int64
	// Exempt drop-ins have no budget. May be nil.
	Exempt func(dropin.Ref) bool

	// Known says whether a scrape job of this internal name is in force. nil
	// means that every name is believed.
	Known func(job string) bool
	// Pools are the targets of each job by its internal name:
	// scrape.Manager.TargetsActive. nil means that labels are believed.
	Pools func() map[string][]*scrape.Target

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Guard counts series by owner and refuses new ones over budget.
type Guard struct {
	opts    Options
	owners  *owners
	targets *targets
	// memory is nil unless the storage tells when series leave.
	memory *ledger
}

// New returns a Guard without any targets.
func New(o Options) *Guard {
	if o.MemoryLimit <= 0 {
		o.MemoryLimit = debug.SetMemoryLimit(-1)
	}
	g := &Guard{opts: o}
	limit := o.Budget.Of(o.MemoryLimit)
	g.owners = newOwners(func(ref dropin.Ref) int64 {
		if o.Exempt != nil && o.Exempt(ref) {
			return 0
		}
		return limit
	})
	g.targets = newTargets(g.owners, o.Known)
	if o.Registerer != nil {
		o.Registerer.MustRegister(&collector{g.owners})
	}
	return g
}

// Storage is next, counted and limited for what comes from scrapes.
func (g *Guard) Storage(next storage.Storage) storage.Storage {
	return &guarded{next, g}
}

// Appendable is next, counted and limited for what comes from scrapes. Series
// that exist are known from new ones if the appenders of next implement
// storage.GetRef.
func (g *Guard) Appendable(next storage.AppendableV2) storage.AppendableV2 {
	return appendable{next, g}
}

type guarded struct {
	storage.Storage
	guard *Guard
}

func (s *guarded) AppenderV2(ctx context.Context) storage.AppenderV2 {
	return s.guard.appender(ctx, s.Storage)
}

type appendable struct {
	next  storage.AppendableV2
	guard *Guard
}

func (a appendable) AppenderV2(ctx context.Context) storage.AppenderV2 {
	return a.guard.appender(ctx, a.next)
}

// Run verifies the owners of new targets until ctx ends.
func (g *Guard) Run(ctx context.Context) {
	if g.opts.Pools == nil {
		return
	}
	tick := time.NewTicker(verifyInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			g.verify()
		}
	}
}

func (g *Guard) verify() {
	if !g.targets.unverified() {
		return
	}
	for _, m := range g.targets.verify(g.opts.Pools()) {
		g.opts.Logger.Debug("A target sets the job label itself; its series now count for its scrape job",
			"dropin", m.to, "claimed", m.from)
	}
}
