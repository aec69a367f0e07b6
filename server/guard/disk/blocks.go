package disk

import (
	"cmp"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/prometheus/tsdb"
)

// blocksToDelete is for tsdb.Options: Prometheus' retention, and the oldest
// blocks under pressure. The TSDB asks when it reloads its blocks.
func (g *Guard) blocksToDelete(blocks []*tsdb.Block) map[ulid.ULID]struct{} {
	var doomed map[ulid.ULID]struct{}
	if db := g.db.Load(); db != nil {
		doomed = tsdb.DefaultBlocksToDelete(db)(blocks)
	} else {
		doomed = map[ulid.ULID]struct{}{}
		for _, b := range blocks {
			if b.Meta().Compaction.Deletable {
				doomed[b.Meta().ULID] = struct{}{}
			}
		}
	}
	u, err := g.usage()
	if err != nil {
		g.opts.Logger.Error("Cannot see whether blocks must be deleted", "err", err)
		return doomed
	}
	g.relieve(blocks, doomed, u)
	return doomed
}

// relieve adds to doomed what must go.
func (g *Guard) relieve(blocks []*tsdb.Block, doomed map[ulid.ULID]struct{}, u Usage) {
	l := levelsOf(g.opts.Reserve, u.Total)
	g.mu.Lock()
	defer g.mu.Unlock()
	if u.Available >= l.low {
		g.futile = false
		return
	}
	if time.Since(g.deletedAt) < g.settle {
		return
	}
	list := candidates(blocks, doomed)
	chosen, ok := oldest(list, u.Available, l)
	if !ok {
		if !g.futile {
			g.opts.Logger.Error("The volume is nearly full and deleting blocks would not help: something else fills it",
				"available_bytes", u.Available, "reserve_bytes", l.reserve)
		}
		g.futile = true
		return
	}
	g.futile = false
	for _, b := range chosen {
		doomed[b.id] = struct{}{}
		g.metrics.deletedBlocks.Inc()
		g.metrics.deletedBytes.Add(float64(b.size))
		g.opts.Logger.Warn("Deleting the oldest block before the volume is full", "block", b.id,
			"until", time.UnixMilli(b.maxTime).UTC(), "bytes", b.size, "available_bytes", u.Available)
	}
	if len(chosen) > 0 {
		g.deletedAt = time.Now()
	}
}

// block is what counts of a *tsdb.Block here.
type block struct {
	id      ulid.ULID
	maxTime int64
	size    int64
	// going is true if the block is deleted anyway.
	going bool
}

// candidates marks as going what retention deletes and what was compacted into
// another block, for reloading deletes these parents as well (tsdb/db.go).
func candidates(blocks []*tsdb.Block, doomed map[ulid.ULID]struct{}) []block {
	parents := map[ulid.ULID]bool{}
	for _, b := range blocks {
		for _, p := range b.Meta().Compaction.Parents {
			parents[p.ULID] = true
		}
	}
	list := make([]block, 0, len(blocks))
	for _, b := range blocks {
		m := b.Meta()
		_, gone := doomed[m.ULID]
		list = append(list, block{m.ULID, m.MaxTime, b.Size(), gone || parents[m.ULID]})
	}
	return list
}

// oldest chooses the fewest of the oldest blocks that bring the free space back
// to the low level. It never takes the newest, and it takes none (false) if all
// together would not bring back the reserve: then something else fills the
// volume, and history would go for nothing.
func oldest(list []block, available int64, l levels) ([]block, bool) {
	var keep []block
	for _, b := range list {
		if b.going {
			available += b.size
		} else {
			keep = append(keep, b)
		}
	}
	slices.SortFunc(keep, func(x, y block) int {
		return cmp.Or(cmp.Compare(x.maxTime, y.maxTime), x.id.Compare(y.id))
	})
	n := 0
	for ; n < len(keep)-1 && available < l.low; n++ {
		available += keep[n].size
	}
	return keep[:n], available >= l.reserve
}
