// Package query keeps queries from using up the server's memory. Prometheus
// limits samples, time and number of queries, none of which says how much
// memory is left: a single query of a dashboard can have the server killed, and
// with it all rules and alerts.
//
// A query is followed by what it selects. The series it holds are counted as
// they are selected; the points that it will make of them follow from its range
// and step. Whether it really has made them is seen in the live heap, which is
// what the last garbage collection could not free. As long as that comes to
// less than [watchFrom], which is most queries, it is counted and nothing else.
//
//   - A query is ended when the series it holds alone pass its share, or when
//     it is expected to pass its share and the live heap has grown by as much
//     since it began.
//   - When the live heap of the server comes close to the memory limit, the
//     most expensive ad-hoc query is ended, and if that does not help, the next.
//
// Rules have a share of their own, are never ended for the sake of the heap,
// and do not wait for ad-hoc queries to finish.
//
// What the HTTP API reads without an engine (remote read, federation, series,
// labels) is under the same limits as an ad-hoc query, one request as one query.
//
// How it is wired, with engine a promql.Engine whose tracker allows
// Options.Concurrency and as many more as rules are evaluated at a time:
//
//	g := query.New(query.Options{…})
//	go g.Run(ctx)
//	g.Requests(api_v1.NewAPI(g.AdHoc(engine), g.Reads(fanout), …))
//	rules.EngineQueryFunc(g.Rules(engine), fanout)
package query

import (
	"log/slog"
	"math"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
)

// Options are the limits. Percentages are of the memory limit; without a memory
// limit they are no limit.
type Options struct {
	// Query is the share of one ad-hoc query, Rule that of one query of a rule.
	// Zero is no limit.
	Query, Rule size.Size
	// Heap is the live heap above which the most expensive ad-hoc query is
	// ended. Zero is no limit.
	Heap size.Size
	// Concurrency of ad-hoc queries; 0 is no limit. Others wait for Timeout, or
	// as long as their context if that is 0.
	Concurrency int
	Timeout     time.Duration
	// MemoryLimit in bytes; 0 means GOMEMLIMIT.
	MemoryLimit int64

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// DefaultOptions lack a Logger. Four queries, or rules, each at the end of its
// share would fill the memory together; before that, the heap's limit holds. It
// is so far below the memory limit because between two garbage collections the
// heap grows unseen.
func DefaultOptions() Options {
	return Options{
		Query:       size.Percent(25),
		Rule:        size.Percent(25),
		Heap:        size.Percent(80),
		Concurrency: 20,
		Timeout:     2 * time.Minute,
	}
}

// The kinds of queries. A read is what goes to the storage without an engine.
const (
	adHoc = "ad-hoc"
	read  = "read"
	rule  = "rule"
)

// Guard follows running queries.
type Guard struct {
	opts Options
	// query, rule and heap are the limits in bytes; MaxInt64 for none.
	query, rule, heap int64

	metrics *metrics
	meter   meter
	slots   chan struct{} // nil without a limit

	// wake tells the watcher that a query is watched.
	wake chan struct{}

	mu sync.Mutex // guards what follows
	// running are the queries that have grown beyond watchFrom.
	running map[*account]struct{}
	// live is the live heap in bytes at lookedAt.
	live     int64
	lookedAt time.Time
}

// New returns a Guard. Shares hold at once, the heap's limit while it runs.
func New(o Options) *Guard {
	if o.MemoryLimit <= 0 {
		o.MemoryLimit = debug.SetMemoryLimit(-1)
	}
	g := &Guard{
		opts:    o,
		query:   limitOf(o.Query, o.MemoryLimit),
		rule:    limitOf(o.Rule, o.MemoryLimit),
		heap:    limitOf(o.Heap, o.MemoryLimit),
		meter:   newMeter(),
		wake:    make(chan struct{}, 1),
		running: map[*account]struct{}{},
	}
	if o.Concurrency > 0 {
		g.slots = make(chan struct{}, o.Concurrency)
	}
	g.metrics = newMetrics(o.Registerer, g)
	return g
}

func limitOf(s size.Size, memory int64) int64 {
	if s.IsZero() || s.Relative() && memory == math.MaxInt64 {
		return math.MaxInt64
	}
	return s.Of(memory)
}
