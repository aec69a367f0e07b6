package series

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

const (
	// bytesPerSeries is what an active series costs all in all: the rule of
	// thumb of Prometheus' maintainers, 8 KiB.
	bytesPerSeries = 8 << 10
	// inMemory is how many times its budget of active series a drop-in may
	// have in memory, where series stay for hours after their last sample.
	inMemory = 2
)

// Budget is a number of series: a plain number, or a percentage of the series
// that fit into the memory limit. The zero Budget is no limit.
//
// *Budget implements kingpin.Value.
type Budget struct {
	series  int64
	percent float64
}

// DefaultBudget is half of what memory can hold: with twice as many in memory, a
// single drop-in can at most fill it, and a usual one never hears of it.
func DefaultBudget() Budget { return Budget{percent: 50} }

// Series is a Budget of n series.
func Series(n int64) Budget { return Budget{series: n} }

// Of is the number of series under a memory limit in bytes, 0 for no limit.
func (b Budget) Of(memoryLimit int64) int64 {
	switch {
	case b.percent == 0:
		return b.series
	case memoryLimit == math.MaxInt64:
		return 0 // a share of no limit
	}
	return max(1, int64(b.percent/100*float64(memoryLimit/bytesPerSeries)))
}

// String is what Set reads.
func (b Budget) String() string {
	if b.percent != 0 {
		return strconv.FormatFloat(b.percent, 'f', -1, 64) + "%"
	}
	return strconv.FormatInt(b.series, 10)
}

// Set implements kingpin.Value: "50000" or "25%", "0" is no limit.
func (b *Budget) Set(s string) error {
	if number, ok := strings.CutSuffix(s, "%"); ok {
		p, err := strconv.ParseFloat(number, 64)
		if err != nil || !(p >= 0 && p <= 100) {
			return fmt.Errorf("%q is not a percentage between 0%% and 100%%", s)
		}
		*b = Budget{percent: p}
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is neither a number of series nor a percentage", s)
	}
	*b = Series(n)
	return nil
}
