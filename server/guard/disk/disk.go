// Package disk keeps a server's volume from running full. A TSDB whose volume
// is full cannot write its log, cannot compact, and often cannot start again;
// retention by size does not help, because it must be computed by hand and
// counts neither compaction's temporary files nor other users of the volume.
//
// The guard looks at the free space. Below twice the reserve, the oldest blocks
// are deleted. Below the reserve, ingestion stops and queries go on. It starts
// again by itself when there is half a reserve more than the reserve.
//
// How it is wired, where the storage is opened:
//
//	g, err := disk.New(disk.Options{Dir: dataDir, Reserve: flag, FloatEncoding: …, Logger: l, Registerer: reg})
//	g.Configure(opts)
//	db, err := tsdb.Open(dataDir, …, opts, …)
//	g.Attach(db)
//	go g.Run(ctx) // until the storage is closed
//
// and the local storage, inside the fanout and with
// scrape.Options.PassMetadataInContext: storage.NewFanout(l, g.Storage(local), remote).
package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
)

// Options say which volume is guarded and when.
type Options struct {
	// Dir is the data directory.
	Dir string
	// Reserve is the free space below which nothing is ingested. A percentage
	// is one of the volume, see [DefaultReserve]. Zero turns the guard off.
	Reserve size.Size
	// Interval between two looks at the volume. It bounds how far ingestion
	// gets into the reserve.
	Interval time.Duration
	// Usage reads the volume; nil means statfs.
	Usage func(dir string) (Usage, error)
	// FloatEncoding is the encoding of float chunks in force, which a reload
	// may change. nil means the one of tsdb.Options.
	FloatEncoding func() chunkenc.Encoding

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// DefaultOptions lack Dir and Logger.
func DefaultOptions() Options {
	return Options{Reserve: DefaultReserve(), Interval: 5 * time.Second}
}

// Guard watches one volume. A nil *Guard is none: its methods change nothing.
type Guard struct {
	opts    Options
	metrics *metrics

	db atomic.Pointer[tsdb.DB]
	// blockRange is how much time, in milliseconds, a block of the head covers.
	blockRange int64
	// state is what appenders read when they are made.
	state atomic.Int32
	// reload asks the compactor for a plan that does nothing but make the TSDB
	// look at its blocks, see compactor.go.
	reload atomic.Bool
	// wanted wakes the goroutine that makes room.
	wanted chan struct{}

	// looking makes one look end before another begins, so that a change of
	// state is told once.
	looking sync.Mutex

	mu        sync.Mutex // guards what follows
	last      Usage
	deletedAt time.Time
	// futile is true while deleting blocks would not bring back the reserve.
	futile bool
	// settle is how long a filesystem may take to show as free what was
	// deleted. Deleting again before that would delete too much.
	settle time.Duration
}

// New looks at the volume for the first time. Without a reserve the Guard is nil.
func New(o Options) (*Guard, error) {
	if o.Reserve.IsZero() {
		return nil, nil
	}
	if o.Usage == nil {
		o.Usage = statfs
	}
	if o.Interval <= 0 {
		o.Interval = DefaultOptions().Interval
	}
	g := &Guard{opts: o, wanted: make(chan struct{}, 1), settle: 15 * time.Second}
	g.metrics = newMetrics(o.Registerer, g)
	if err := g.look(); err != nil {
		return nil, err
	}
	return g, nil
}

// Configure makes a TSDB that is opened with o ask the guard what to delete and
// what to compact. A size of chunk segments that o already has is kept.
func (g *Guard) Configure(o *tsdb.Options) {
	if g == nil {
		return
	}
	g.blockRange = o.MinBlockDuration
	if g.blockRange <= 0 {
		g.blockRange = tsdb.DefaultBlockDuration
	}
	o.BlocksToDelete = g.blocksToDelete
	o.NewCompactorFunc = g.newCompactor
	if o.MaxBlockChunkSegmentSize <= 0 {
		o.MaxBlockChunkSegmentSize = g.segmentSize()
	}
}

// Attach tells the guard which TSDB is on the volume. Until then only blocks
// are deleted that pressure asks for: retention needs the TSDB, which calls
// blocksToDelete for the first time while it is being opened.
func (g *Guard) Attach(db *tsdb.DB) {
	if g != nil {
		g.db.Store(db)
	}
}

// Run looks at the volume until ctx ends.
func (g *Guard) Run(ctx context.Context) {
	if g == nil {
		return
	}
	var relief sync.WaitGroup
	defer relief.Wait()
	relief.Go(func() { g.makeRoom(ctx) })

	tick := time.NewTicker(g.opts.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := g.look(); err != nil {
				g.metrics.failures.Inc()
				g.opts.Logger.Error("Cannot see how full the volume is", "err", err)
			}
		}
	}
}

// look reads the volume, takes over the state that follows, and asks for blocks
// to be deleted if there is pressure.
func (g *Guard) look() error {
	g.looking.Lock()
	defer g.looking.Unlock()
	u, err := g.usage()
	if err != nil {
		return err
	}
	l := levelsOf(g.opts.Reserve, u.Total)
	old := state(g.state.Load())
	now := l.next(old, u.Available)
	g.state.Store(int32(now))
	if u.Available < l.low && g.db.Load() != nil {
		select {
		case g.wanted <- struct{}{}:
		default:
		}
	}
	if now != old {
		g.tell(old, now, u, l)
	}
	return nil
}

func (g *Guard) tell(old, now state, u Usage, l levels) {
	log := g.opts.Logger.With("available_bytes", u.Available, "reserve_bytes", l.reserve, "volume_bytes", u.Total)
	switch {
	case now == flowing:
		log.Info("Ingestion goes on: the volume has room again")
	case old == flowing:
		g.metrics.pauses.Inc()
		log.Error("Ingestion is paused and queries go on: the volume has less free space than the reserve (--guard.disk-reserve)")
	}
}

func (g *Guard) usage() (Usage, error) {
	u, err := g.opts.Usage(g.opts.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		// The very first start is before the storage made its directory.
		if err = os.MkdirAll(g.opts.Dir, 0o777); err == nil {
			u, err = g.opts.Usage(g.opts.Dir)
		}
	}
	if err == nil && u.Total <= 0 {
		err = errors.New("the filesystem does not say how large it is")
	}
	if err != nil {
		return Usage{}, fmt.Errorf("read free space of %s: %w", g.opts.Dir, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = u
	return u, nil
}

// Status is what the API tells.
type Status struct {
	Usage
	// Reserve in bytes.
	Reserve int64 `json:"reserve"`
	// Paused is true while nothing is ingested.
	Paused bool `json:"paused"`
	// Futile is true while no block is deleted because that would not bring
	// back the reserve: something else fills the volume.
	Futile bool `json:"futile"`
}

// Status tells what the last look at the volume saw.
func (g *Guard) Status() Status {
	if g == nil {
		return Status{}
	}
	g.mu.Lock()
	u, futile := g.last, g.futile
	g.mu.Unlock()
	return Status{
		Usage:   u,
		Reserve: levelsOf(g.opts.Reserve, u.Total).reserve,
		Paused:  state(g.state.Load()) != flowing,
		Futile:  futile,
	}
}
