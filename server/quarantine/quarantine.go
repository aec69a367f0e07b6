// Package quarantine makes the storage open when a part of it is damaged. A TSDB
// refuses to open as long as one of its blocks cannot be read (tsdb/db.go,
// reloadBlocks), so two hours of last month that a disk has lost keep all of
// monitoring down until somebody moves a directory by hand. Here such a block is
// set aside, below quarantine/ in the data directory where Prometheus does not
// look, and said so by log, metric and API until somebody has dealt with it.
//
// A storage that opens is never touched, and costs nothing.
package quarantine

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/fileutil"
)

// dirName is in the data directory.
const dirName = "quarantine"

// Options say which storage is opened.
type Options struct {
	// Dir is the data directory.
	Dir        string
	Logger     *slog.Logger
	Registerer prometheus.Registerer
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Quarantine is the place for what cannot be read. A nil *Quarantine is empty.
type Quarantine struct {
	opts Options
	dir  string

	mu    sync.Mutex // guards notes
	notes []Note
}

// New reads what earlier starts have set aside.
func New(o Options) (*Quarantine, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	q := &Quarantine{opts: o, dir: filepath.Join(o.Dir, dirName)}
	if err := q.read(); err != nil {
		return nil, err
	}
	if o.Registerer != nil {
		o.Registerer.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "kube_monitoring_stack_server_quarantined_blocks",
			Help: "Blocks that could not be read and were set aside at a start, until they are removed from the quarantine directory.",
		}, func() float64 { return float64(len(q.Notes())) }))
	}
	for _, n := range q.notes {
		o.Logger.Error("A block is in quarantine: its samples are missing from queries", "block", n.Block, "dir", q.path(n), "err", n.Reason)
	}
	return q, nil
}

// Open calls open, which is to open the TSDB with the registerer it is given.
// If that fails, blocks that cannot be read are set aside, and if there were
// any, open is called once more.
func (q *Quarantine) Open(open func(prometheus.Registerer) (*tsdb.DB, error)) (*tsdb.DB, error) {
	if err := restoreSegments(q.opts.Dir, q.opts.Logger); err != nil {
		return nil, err
	}
	reg := &undoable{Registerer: q.opts.Registerer}
	if q.opts.Registerer == nil {
		reg.Registerer = prometheus.NewRegistry() // for nobody to see
	}
	db, err := open(reg)
	if err == nil {
		return db, nil
	}
	moved, failed := q.setAside()
	if failed != nil {
		return nil, errors.Join(err, failed)
	}
	if moved == 0 {
		return nil, err
	}
	reg.undo()
	return open(q.opts.Registerer)
}

// setAside moves each block that cannot be read and returns how many.
func (q *Quarantine) setAside() (int, error) {
	damaged, err := damagedBlocks(q.opts.Dir, q.opts.Logger)
	if err != nil {
		return 0, err
	}
	for i, d := range damaged {
		n := Note{Block: d.name, MinTime: d.minTime, MaxTime: d.maxTime, Reason: d.err.Error(), Since: q.opts.Now().UTC()}
		if err := q.move(n); err != nil {
			return i, fmt.Errorf("set block %s aside: %w", d.name, err)
		}
		q.mu.Lock()
		q.notes = append(q.notes, n)
		q.mu.Unlock()
		q.opts.Logger.Error("A block cannot be read and is set aside: its samples are missing from queries from now on",
			"block", n.Block, "from", time.UnixMilli(n.MinTime).UTC(), "until", time.UnixMilli(n.MaxTime).UTC(), "dir", q.path(n), "err", n.Reason)
	}
	return len(damaged), nil
}

// move puts a block and the note about it into quarantine. The note is first:
// dying between the two leaves a note without a block, which read ignores.
func (q *Quarantine) move(n Note) error {
	if err := os.MkdirAll(q.dir, 0o777); err != nil { // as the TSDB makes its own
		return err
	}
	if err := q.write(n); err != nil {
		return err
	}
	// The same block may have been here before, restored from a backup that was
	// no better. The older one is of no more use.
	if err := os.RemoveAll(q.path(n)); err != nil {
		return err
	}
	return fileutil.Rename(filepath.Join(q.opts.Dir, n.Block), q.path(n))
}

func (q *Quarantine) path(n Note) string { return filepath.Join(q.dir, n.Block) }

// Notes are about the blocks that are in quarantine now.
func (q *Quarantine) Notes() []Note {
	if q == nil {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	var there []Note
	for _, n := range q.notes {
		// Whoever deals with a block moves it away while the server runs.
		if _, err := os.Stat(q.path(n)); !errors.Is(err, fs.ErrNotExist) {
			there = append(there, n)
		}
	}
	return there
}
