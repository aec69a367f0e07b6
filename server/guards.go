package server

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/httputil"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/boot"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/disk"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/log"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/query"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/series"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/quarantine"
)

// GuardOptions are the limits of what keeps the server alive. A zero is no limit.
type GuardOptions struct {
	// DiskReserve is the free space below which nothing is ingested.
	DiskReserve size.Size
	// QueryMemory and RuleMemory are the shares of one query of a person or
	// dashboard, and of one of a rule.
	QueryMemory, RuleMemory size.Size
	// QueryHeap is the live heap above which the most expensive query is ended.
	QueryHeap size.Size
	// SeriesBudget is how many active series each drop-in may have.
	SeriesBudget series.Budget
}

func defaultGuards() GuardOptions {
	q := query.DefaultOptions()
	return GuardOptions{
		DiskReserve: disk.DefaultReserve(),
		QueryMemory: q.Query, RuleMemory: q.Rule, QueryHeap: q.Heap,
		SeriesBudget: series.DefaultBudget(),
	}
}

// guards watch the resources of server mode. An agent has none of them: it
// neither queries nor keeps data.
type guards struct {
	disk   *disk.Guard // nil without a reserve, and then does nothing
	series *series.Guard
	query  *query.Guard
	log    *log.Guard
	boot   atomic.Pointer[boot.Start] // nil before the storage is opened
	// quarantine of blocks that cannot be read, nil before the storage is opened
	quarantine atomic.Pointer[quarantine.Quarantine]
}

func (s *Server) newGuards() (*guards, error) {
	o := s.opts
	if err := os.MkdirAll(o.dataDir(), 0o777); err != nil { // as tsdb.Open would
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	d := disk.DefaultOptions()
	d.Dir, d.Reserve, d.FloatEncoding = o.dataDir(), o.Guards.DiskReserve, s.floatEncoding
	d.Logger, d.Registerer = s.logger.With("component", "disk guard"), o.Registerer
	dg, err := disk.New(d)
	if err != nil {
		return nil, fmt.Errorf("guard %s: %w", o.dataDir(), err)
	}
	return &guards{
		disk: dg,
		series: series.New(series.Options{
			Budget: o.Guards.SeriesBudget,
			Known:  func(job string) bool { p := s.running.Load(); return p == nil || p.HasJob(job) },
			Pools:  func() map[string][]*scrape.Target { return s.discovery.scrape.TargetsActive() },
			Logger: s.logger.With("component", "series guard"), Registerer: o.Registerer,
		}),
		log: log.New(log.Options{
			Dir: o.dataDir(), End: func(err error) { s.fail("storage", err) },
			Logger: s.logger.With("component", "log guard"), Registerer: o.Registerer,
		}),
		query: query.New(query.Options{
			Query: o.Guards.QueryMemory, Rule: o.Guards.RuleMemory, Heap: o.Guards.QueryHeap,
			Concurrency: o.Query.MaxConcurrency, Timeout: o.Query.Timeout,
			Logger: s.logger.With("component", "query guard"), Registerer: o.Registerer,
		}),
	}, nil
}

// floatEncoding is that of new chunks, which a reload can change.
func (s *Server) floatEncoding() chunkenc.Encoding {
	c := s.config()
	if usesXOR2(&c, s.opts.Features) {
		return chunkenc.EncXOR2
	}
	return chunkenc.EncXOR
}

func usesXOR2(c *config.Config, f Features) bool {
	floats := c.StorageConfig.TSDBConfig.ChunkEncoding.Floats
	return floats == config.FloatChunkEncodingXOR2 || floats == "" && (f.XOR2Encoding || f.STStorage)
}

// storage is local with ingestion under guard. The guards must be inside the
// fanout: its appenders do not tell whether a series exists.
func (g *guards) storage(local storage.Storage) storage.Storage {
	if g == nil {
		return local
	}
	return g.series.Storage(g.disk.Storage(g.log.Storage(local)))
}

// open opens the TSDB under the guards that take part in that.
func (g *guards) open(s *Server, opts *tsdb.Options) (*tsdb.DB, error) {
	opts.SeriesLifecycleCallback = g.series.Lifecycle()
	g.disk.Configure(opts)
	start := boot.Begin(boot.Options{Dir: s.data.dir, Logger: s.logger.With("component", "boot guard"), Registerer: s.opts.Registerer})
	defer start.Done()
	g.boot.Store(start)
	opts.WALReplayConcurrency = start.Concurrency()
	q, err := quarantine.New(quarantine.Options{Dir: s.data.dir, Logger: s.logger.With("component", "quarantine"), Registerer: s.opts.Registerer})
	if err != nil {
		return nil, err
	}
	g.quarantine.Store(q)
	db, err := q.Open(func(reg prometheus.Registerer) (*tsdb.DB, error) {
		return tsdb.Open(s.data.dir, s.logger.With("component", "tsdb"), reg, opts, s.data.local.OpenStats())
	})
	if err != nil {
		return nil, err
	}
	g.disk.Attach(db)
	return db, nil
}

// run starts the guards' background work.
func (g *guards) run(ctx context.Context, s *Server) {
	if g == nil {
		return
	}
	s.loops.Go(func() { g.disk.Run(ctx) })
	s.loops.Go(func() { g.series.Run(ctx) })
	s.loops.Go(func() { g.query.Run(ctx) })
	s.loops.Go(func() { g.log.Run(ctx) })
}

// closed is called after the storage was closed.
func (g *guards) closed() error {
	if g == nil {
		return nil
	}
	return g.log.Closed()
}

// stopping notes that a stop was asked for, so that being killed in the middle
// of a replay then is not taken for a replay that died.
func (g *guards) stopping() {
	if g == nil {
		return
	}
	if start := g.boot.Load(); start != nil {
		start.Stopping()
	}
}

func (g *guards) adHoc(e *promql.Engine) promql.QueryEngine { return g.query.AdHoc(e) }
func (g *guards) rules(e *promql.Engine) promql.QueryEngine { return g.query.Rules(e) }

// reads is what requests read that need no engine.
func (g *guards) reads(from storage.SampleAndChunkQueryable) storage.SampleAndChunkQueryable {
	if g == nil {
		return from
	}
	return g.query.Reads(from)
}

// newest is what /federate reads.
func (g *guards) newest(from storage.SampleAndChunkQueryable) storage.SampleAndChunkQueryable {
	if g == nil {
		return from
	}
	return g.query.Newest(from)
}

// requests gives each request a share of what it may read.
func (g *guards) requests(next http.Handler) http.Handler {
	if g == nil {
		return next
	}
	return g.query.Requests(next)
}

// guardsAnswer is the data of /api/v1/status/guards. Its parts are absent
// where there is no such guard.
type guardsAnswer struct {
	Boot    *boot.Status    `json:"boot,omitempty"`
	Disk    *disk.Status    `json:"disk,omitempty"`
	Queries []query.Running `json:"queries,omitempty"`
	// LogTorn is true after a write to the write-ahead log failed: nothing is
	// ingested until a restart has repaired it.
	LogTorn bool `json:"logTorn,omitempty"`
	// Quarantine lists the blocks that could not be read and were set aside.
	Quarantine []quarantine.Note `json:"quarantine,omitempty"`
}

func (s *Server) guardStatus(w http.ResponseWriter, r *http.Request) {
	httputil.SetCORS(w, s.opts.Web.CORSOrigin, r)
	var a guardsAnswer
	if g := s.guards; g != nil {
		a.Queries = g.query.Running()
		a.LogTorn = g.log.Torn()
		a.Quarantine = g.quarantine.Load().Notes()
		if start := g.boot.Load(); start != nil {
			st := start.Status()
			a.Boot = &st
		}
		if g.disk != nil {
			st := g.disk.Status()
			a.Disk = &st
		}
	}
	answer(w, a)
}
