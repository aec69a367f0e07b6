package disk

import (
	"github.com/prometheus/prometheus/tsdb/chunks"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
)

// maxReserve caps a reserve given as a percentage. What the reserve is for, a
// head compaction and the log until it is through, does not grow with the
// volume: 1 GiB holds the two hours of over a million series.
const maxReserve = 1 << 30

// DefaultReserve is 5 % of the volume, at most 1 GiB. On the usual 8 to 50 GiB
// that is 400 MiB to 1 GiB; blocks are deleted from twice that on.
func DefaultReserve() size.Size { return size.Percent(5) }

// Usage of a volume in bytes.
type Usage struct {
	Total int64 `json:"total"`
	// Available is what may still be written.
	Available int64 `json:"available"`
}

// state says how much is ingested.
type state int32

const (
	flowing state = iota
	// trickling lets through only what tells of the pause itself.
	trickling
	// stopped lets nothing through.
	stopped
)

// levels are the amounts of free space, in bytes, at which something happens.
type levels struct {
	low     int64 // below it, the oldest blocks are deleted
	resume  int64 // from it on, a paused ingestion goes on
	reserve int64 // below it, ingestion pauses
	floor   int64 // below it, nothing at all is written
}

func levelsOf(reserve size.Size, total int64) levels {
	r := reserve.Of(total)
	if reserve.Relative() {
		r = min(r, maxReserve)
	}
	// A reserve asked for in bytes may be larger than the volume; a quarter of
	// it still leaves room to work.
	r = min(r, total/4)
	return levels{low: 2 * r, resume: r + r/2, reserve: r, floor: r / 2}
}

// next is the state at this much free space, with hysteresis: around a level,
// samples must not come and go.
func (l levels) next(old state, available int64) state {
	switch {
	case available < l.floor:
		return stopped
	case available < l.reserve:
		return trickling
	case old != flowing && available < l.resume:
		return trickling
	}
	return flowing
}

// segmentSize is for tsdb.Options.MaxBlockChunkSegmentSize: at most half the
// reserve. A compaction allocates a whole segment before it writes the first
// byte (tsdb/chunks cutSegmentFile), by default 512 MiB: with less than that
// free, the head can never be written to a block and the log grows for ever.
func (g *Guard) segmentSize() int64 {
	const least = 1 << 20 // what Prometheus' flag allows
	half := g.Status().Reserve / 2
	return max(least, min(half, chunks.DefaultChunkSegmentSize))
}
