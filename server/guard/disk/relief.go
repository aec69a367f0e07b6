package disk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/tsdb"
)

// makeRoom does what is wanted, until ctx ends: it makes the TSDB reload its
// blocks, and so ask what to delete. By itself it does so once a minute, and not
// during a compaction; a volume may be full before.
//
// If that does not end a pause, the log is what fills the volume. It shrinks
// when the head is written to a block, which never comes by itself while no
// samples do. So the head is written once in each pause.
func (g *Guard) makeRoom(ctx context.Context) {
	flushed := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.wanted:
		}
		// Both wait for a compaction that is running, so this must not be done
		// by the goroutine that watches the volume.
		err := errors.Join(g.reloadBlocks(ctx), g.look())
		if !g.Status().Paused {
			flushed = false
		} else if !flushed {
			flushed = true
			err = errors.Join(err, g.flushHead())
		}
		if err != nil && ctx.Err() == nil {
			g.opts.Logger.Error("Cannot make room on the volume at once; the TSDB's next reload of blocks may", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(g.settle): // before that, nothing new can be seen
		}
	}
}

// reloadBlocks goes through the compactor, see compactor.go.
func (g *Guard) reloadBlocks(ctx context.Context) error {
	g.reload.Store(true)
	if err := g.db.Load().Compact(ctx); err != nil {
		return fmt.Errorf("reload blocks: %w", err)
	}
	return nil
}

// flushHead writes the head to blocks that end where blocks of their size
// should, and truncates the log by what they hold.
func (g *Guard) flushHead() error {
	db := g.db.Load()
	head := db.Head()
	if head.NumSeries() == 0 {
		return nil
	}
	g.opts.Logger.Warn("Writing the head to a block to shrink the log", "head_bytes", head.Size())
	last := head.MaxTime()
	for head.NumSeries() > 0 && head.MinTime() <= last {
		mint := head.MinTime()
		maxt := min(last, g.boundary(mint)-1)
		if err := db.CompactHead(tsdb.NewRangeHead(head, mint, maxt)); err != nil {
			return fmt.Errorf("write the head to a block: %w", err)
		}
		if head.MinTime() <= mint {
			break // it did not shrink
		}
	}
	return nil
}

// boundary is where the block that holds t ends.
func (g *Guard) boundary(t int64) int64 { return t - t%g.blockRange + g.blockRange }
