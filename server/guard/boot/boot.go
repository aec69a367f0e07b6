// Package boot gives a server that died while it replayed its write-ahead log a
// better chance at the next try. A log that once did not fit into memory does
// not fit the second time either: without a change, the pod restarts for ever.
//
// Each start is noted in the data directory before the storage is opened, and
// the note is removed when that is done. A note that is still there tells that
// a start died. Each such death halves the parallelism of the next replay, and
// the garbage that may pile up during it, which is most of its memory.
//
// How it is wired, around tsdb.Open:
//
//	start := boot.Begin(boot.Options{Dir: dataDir, Logger: l, Registerer: reg})
//	opts.WALReplayConcurrency = start.Concurrency()
//	db, err := tsdb.Open(dataDir, …, opts, …)
//	start.Done()
//
// and where a stop is asked for (SIGTERM) before Done: start.Stopping(). The
// result of start.Status() is for the API.
package boot

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/tsdb/fileutil"
	"github.com/prometheus/prometheus/tsdb/wlog"
)

// Options say which start is guarded.
type Options struct {
	// Dir is the data directory: it holds wal/ and the notes.
	Dir string
	// Parallelism of a replay when nothing has gone wrong. 0 means GOMAXPROCS.
	Parallelism int
	// MemoryLimit in bytes. 0 means GOMEMLIMIT.
	MemoryLimit int64
	Logger      *slog.Logger
	Registerer  prometheus.Registerer
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// SetGCPercent is debug.SetGCPercent if nil.
	SetGCPercent func(percent int) (before int)
}

// Status is what the API tells about the present start.
type Status struct {
	// Replaying is true until the storage is open.
	Replaying bool `json:"replaying"`
	// Concurrency of the replay, and FullConcurrency that it would have had.
	Concurrency     int `json:"concurrency"`
	FullConcurrency int `json:"fullConcurrency"`
	// GCPercent is GOGC during the replay, 0 if it is not changed.
	GCPercent int `json:"gcPercent,omitempty"`
	// Died are the starts before this one that died during replay, oldest first.
	Died []Attempt `json:"died,omitempty"`
	// Reason says why the concurrency is reduced. Empty if it is not.
	Reason string `json:"reason,omitempty"`
}

// Start is one start of the server, from before its storage is opened until it
// is open.
type Start struct {
	file   string
	logger *slog.Logger

	mu     sync.Mutex // guards what follows
	status Status
	own    Attempt
	// restoreGC undoes what was done to the garbage collector; nil if nothing.
	restoreGC func()
}

// Begin reads how earlier starts ended, decides on the parallelism and notes
// the present start. It never fails: a guard that cannot write must not be what
// keeps the server down, so it says so in the log and steps aside.
func Begin(o Options) *Start {
	if o.Parallelism <= 0 {
		o.Parallelism = runtime.GOMAXPROCS(0)
	}
	if o.MemoryLimit <= 0 {
		o.MemoryLimit = debug.SetMemoryLimit(-1)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.SetGCPercent == nil {
		o.SetGCPercent = debug.SetGCPercent
	}
	s := &Start{
		file:   filepath.Join(o.Dir, fileName),
		logger: o.Logger,
		own: Attempt{
			Started:     o.Now().UTC().Truncate(time.Second),
			LogBytes:    logBytes(o.Dir),
			MemoryLimit: o.MemoryLimit,
		},
	}
	earlier, err := read(s.file)
	if err != nil {
		s.logger.Warn("Cannot read how earlier starts ended; taking them as successful", "err", err)
	}
	died := deaths(earlier, o.MemoryLimit)
	s.own.Concurrency = concurrency(o.Parallelism, len(died))
	s.status = Status{
		Replaying:       true,
		Concurrency:     s.own.Concurrency,
		FullConcurrency: o.Parallelism,
		Died:            died,
		Reason:          reason(died, s.own),
	}
	if len(died) > 0 {
		s.collectHarder(gcPercent(len(died)), o.SetGCPercent)
		s.logger.Warn("An earlier start died during WAL replay", "reason", s.status.Reason,
			"died", len(died), "concurrency", s.own.Concurrency, "gogc", s.status.GCPercent, "log_bytes", s.own.LogBytes)
	}
	if err := write(s.file, append(died, s.own)); err != nil {
		s.logger.Error("Cannot note this start; if it dies in WAL replay the next one will not know", "err", err)
	}
	register(o.Registerer, s)
	return s
}

// Concurrency is for tsdb.Options.WALReplayConcurrency.
func (s *Start) Concurrency() int { return s.own.Concurrency }

// Stopping notes that somebody asked the server to stop: if it is killed now,
// because replay cannot be interrupted, then that was not replay's fault.
func (s *Start) Stopping() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.status.Replaying {
		return
	}
	s.own.Stopped = true
	if err := write(s.file, append(s.status.Died[:len(s.status.Died):len(s.status.Died)], s.own)); err != nil {
		s.logger.Warn("Cannot note that this start was stopped", "err", err)
	}
}

// Done removes the notes and lets the garbage collector be: the storage is open, or it returned an error, which
// less parallelism would not change.
func (s *Start) Done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Replaying = false
	if s.restoreGC != nil {
		s.restoreGC()
		s.restoreGC = nil
	}
	if err := remove(s.file); err != nil {
		s.logger.Error("Cannot remove the note of this start; the next one will take it for dead", "err", err)
	}
}

// Status tells about this start. It may be called at any time.
func (s *Start) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// deaths are those attempts that say something about the present start: those
// that were stopped did not die, and those that had less memory died of that.
func deaths(earlier []Attempt, limit int64) []Attempt {
	var died []Attempt
	for _, a := range earlier {
		if !a.Stopped && a.MemoryLimit >= limit {
			died = append(died, a)
		}
	}
	return died
}

// concurrency halves full for each death, down to 1.
func concurrency(full, deaths int) int {
	return max(1, full>>min(deaths, 62))
}

// gcPercent halves Go's default of 100 for each death, down to 10.
func gcPercent(deaths int) int {
	return max(10, 100>>min(deaths, 62))
}

// collectHarder lowers GOGC until Done, unless it is as low already.
func (s *Start) collectHarder(percent int, set func(int) int) {
	before := set(percent)
	if before >= 0 && before <= percent {
		set(before)
		return
	}
	s.status.GCPercent = percent
	s.restoreGC = func() { set(before) }
}

func reason(died []Attempt, own Attempt) string {
	if len(died) == 0 {
		return ""
	}
	last := died[len(died)-1]
	why := fmt.Sprintf("the start of %s died during WAL replay with concurrency %d", last.Started.Format(time.RFC3339), last.Concurrency)
	if n := len(died); own.Concurrency < last.Concurrency || gcPercent(n) < gcPercent(n-1) {
		return fmt.Sprintf("%s; this one replays with %d and less garbage", why, own.Concurrency)
	}
	return fmt.Sprintf("%s, and nothing is left to reduce: the log of %d bytes needs more memory than this server may use", why, own.LogBytes)
}

// logBytes is the size of what is replayed, 0 if unknown.
func logBytes(dir string) (sum int64) {
	for _, sub := range []string{"wal", wlog.WblDirName, "chunks_head"} {
		n, err := fileutil.DirSize(filepath.Join(dir, sub))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0
		}
		sum += n
	}
	return sum
}
