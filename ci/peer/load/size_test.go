package load

import (
	"testing"
	"time"
)

// size is how much of everything there is.
type size struct {
	targets, series int // series of each target
	slow            int // rule drop-ins that take longer than their interval
	queries         int // at the same time, without end
	spinning        int // processes that want all of a CPU
	lasts           time.Duration
}

func sizeOf(t *testing.T) size {
	if testing.Short() {
		return size{targets: 20, series: 1500, slow: 4, queries: 8, spinning: 8, lasts: 15 * time.Second}
	}
	return size{targets: 100, series: 1500, slow: 10, queries: 20, spinning: 20, lasts: 2 * time.Minute}
}
