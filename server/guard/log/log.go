// Package log guards the write-ahead log against what follows a write that
// failed. Such a write, on a full volume say, may leave half a record behind. The
// TSDB goes on after it as soon as writes succeed again, but a replay stops at
// the half record, and the repair that follows deletes all that is behind it
// (tsdb/wlog Repair): hours of acknowledged samples vanish at the next start.
//
// So nothing is acknowledged after a write that failed. Queries go on. As soon as
// the volume takes writes again the server is ended, and its next start repairs
// the log before there is anything to lose. There is no other way to the log of
// a TSDB that is open.
package log

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/tsdb/wlog"
)

// ErrTorn is what a writer hears after a write to the log failed. To remote
// write and OTLP it is an error of the server, so clients try again.
var ErrTorn = errors.New("a write to the write-ahead log failed: nothing is ingested until the log is repaired by a restart")

// Options say which log is guarded.
type Options struct {
	// Dir is the data directory.
	Dir string
	// End is called once when the volume takes writes again, to end the server.
	End func(error)
	// Interval between two attempts to write to the volume.
	Interval   time.Duration
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// DefaultInterval is how often a volume that failed is tried.
const DefaultInterval = 5 * time.Second

// Guard watches the writes to one log.
type Guard struct {
	opts Options
	torn atomic.Bool
	// failed wakes Run.
	failed chan struct{}
}

// New returns a Guard for a log that is whole.
func New(o Options) *Guard {
	if o.Interval <= 0 {
		o.Interval = DefaultInterval
	}
	g := &Guard{opts: o, failed: make(chan struct{}, 1)}
	if o.Registerer != nil {
		o.Registerer.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "kube_monitoring_stack_server_guard_log_torn",
			Help: "1 if a write to the write-ahead log failed, so that nothing is ingested until the server has been restarted.",
		}, func() float64 {
			if g.Torn() {
				return 1
			}
			return 0
		}))
	}
	return g
}

// Torn says whether a write has failed.
func (g *Guard) Torn() bool { return g.torn.Load() }

// wrote takes note of the result of a commit, and returns what the writer hears.
func (g *Guard) wrote(err error) error {
	// Errors of the operating system come from writing; the others of a commit,
	// such as a TSDB that is not open yet, touch no log.
	if errors.As(err, new(syscall.Errno)) && g.torn.CompareAndSwap(false, true) {
		g.opts.Logger.Error("A write to the write-ahead log failed: ingestion is paused and queries go on; "+
			"the server restarts to repair the log when the volume takes writes again", "err", err)
		g.failed <- struct{}{}
	}
	if err == nil && g.Torn() {
		return ErrTorn // it succeeded behind the half record
	}
	return err
}

// Run waits until a write has failed and the volume takes writes again, ends the
// server, and returns. It returns as well when ctx ends.
func (g *Guard) Run(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-g.failed:
	}
	tick := time.NewTicker(g.opts.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := g.probe()
		if err == nil {
			g.opts.End(errors.New("the volume takes writes again: restarting to repair the write-ahead log"))
			return
		}
		g.opts.Logger.Warn("The volume does not take writes yet", "err", err)
	}
}

// probe writes as much as the repair is going to: a copy of the last segment.
func (g *Guard) probe() error {
	dir := filepath.Join(g.opts.Dir, "wal")
	_, last, err := wlog.Segments(dir)
	if err != nil {
		return fmt.Errorf("find segments: %w", err)
	}
	info, err := os.Stat(wlog.SegmentName(dir, last))
	if err != nil {
		return fmt.Errorf("size of segment: %w", err)
	}
	f, err := os.CreateTemp(g.opts.Dir, "log-probe-*.tmp")
	if err != nil {
		return fmt.Errorf("try the volume: %w", err)
	}
	defer os.Remove(f.Name())
	chunk := make([]byte, 1<<20)
	for left := info.Size() + int64(len(chunk)); left > 0 && err == nil; left -= int64(len(chunk)) {
		_, err = f.Write(chunk)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Closed is to be called after the storage was closed. If the log is torn it
// removes the snapshot that was written then: with it, the next start would not
// replay the torn segment and so not repair it, and what is written from then on
// would again lie behind the half record.
func (g *Guard) Closed() error {
	if !g.Torn() {
		return nil
	}
	snapshots, err := filepath.Glob(filepath.Join(g.opts.Dir, "chunk_snapshot.*"))
	for _, s := range snapshots {
		err = errors.Join(err, os.RemoveAll(s))
	}
	return err
}
