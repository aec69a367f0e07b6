package disk

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/fileutil"
)

// reloadOnly is the plan that compacts nothing.
const reloadOnly = "reload-only"

// newCompactor is for tsdb.Options.NewCompactorFunc. It is Prometheus'
// compactor with two additions.
//
// It does not compact blocks when the volume cannot hold the result beside
// them. Prometheus tries, fills the volume up to the last byte, which makes the
// log fail as well, and tries again a minute later.
//
// And it can be asked to do nothing: after each plan the TSDB reloads its
// blocks (tsdb/db.go compactBlocks), and there is no other public way to make
// it do so. It is then that blocks are deleted.
func (g *Guard) newCompactor(ctx context.Context, r prometheus.Registerer, l *slog.Logger, ranges []int64, pool chunkenc.Pool, o *tsdb.Options) (tsdb.Compactor, error) {
	encoding := g.opts.FloatEncoding
	if encoding == nil {
		encoding = func() chunkenc.Encoding { return o.FloatChunkEncoding }
	}
	c, err := tsdb.NewLeveledCompactorWithOptions(ctx, r, l, ranges, pool, tsdb.LeveledCompactorOptions{
		MaxBlockChunkSegmentSize:    o.MaxBlockChunkSegmentSize,
		EnableOverlappingCompaction: o.EnableOverlappingCompaction,
		PD:                          o.PostingsDecoderFactory,
		UseUncachedIO:               o.UseUncachedIO,
		BlockExcludeFilter:          o.BlockCompactionExcludeFunc,
		FloatChunkEncoding:          encoding,
	})
	if err != nil {
		return nil, fmt.Errorf("create compactor: %w", err)
	}
	return &compactor{Compactor: c, guard: g}, nil
}

type compactor struct {
	tsdb.Compactor
	guard *Guard
}

// Plan returns directories to compact, none if there is no room for it.
func (c *compactor) Plan(dir string) ([]string, error) {
	if c.guard.reload.CompareAndSwap(true, false) {
		return []string{reloadOnly}, nil
	}
	dirs, err := c.Compactor.Plan(dir)
	if err != nil || len(dirs) == 0 {
		return dirs, err
	}
	fits, err := c.guard.fits(dirs)
	if err != nil {
		c.guard.opts.Logger.Warn("Compacting without knowing whether there is room", "err", err)
		return dirs, nil
	}
	if !fits {
		c.guard.metrics.skipped.Inc()
		return nil, nil
	}
	return dirs, nil
}

// Compact implements tsdb.Compactor.
func (c *compactor) Compact(dest string, dirs []string, open []*tsdb.Block) ([]ulid.ULID, error) {
	if len(dirs) == 1 && dirs[0] == reloadOnly {
		return nil, nil
	}
	return c.Compactor.Compact(dest, dirs, open)
}

// fits says whether a block as large as dirs together leaves the reserve free.
func (g *Guard) fits(dirs []string) (bool, error) {
	u, err := g.usage()
	if err != nil {
		return false, err
	}
	var sum int64
	for _, d := range dirs {
		n, err := fileutil.DirSize(d)
		if err != nil {
			return false, fmt.Errorf("size of block %s: %w", d, err)
		}
		sum += n
	}
	l := levelsOf(g.opts.Reserve, u.Total)
	if u.Available-sum >= l.reserve {
		return true, nil
	}
	g.opts.Logger.Warn("Not compacting blocks: the volume has no room for the result",
		"blocks", len(dirs), "bytes", sum, "available_bytes", u.Available, "reserve_bytes", l.reserve)
	return false, nil
}
