// Package size reads amounts that an operator may give as bytes or as a share
// of something whose size is only known on the machine: a volume, a memory
// limit. It is for the guards' flags.
package size

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/alecthomas/units"
)

// Size is a number of bytes or a percentage. The zero Size is no bytes.
//
// *Size implements kingpin.Value.
type Size struct {
	bytes   int64
	percent float64
}

// Bytes is an absolute Size.
func Bytes(n int64) Size { return Size{bytes: n} }

// Percent is a Size relative to what it is asked [Size.Of].
func Percent(p float64) Size { return Size{percent: p} }

// Parse reads "5%", or bytes as Prometheus' flags write them: "256MB", "1.5GiB".
func Parse(s string) (Size, error) {
	if number, ok := strings.CutSuffix(s, "%"); ok {
		p, err := strconv.ParseFloat(number, 64)
		if err != nil || !(p >= 0 && p <= 100) {
			return Size{}, fmt.Errorf("%q is not a percentage between 0%% and 100%%", s)
		}
		return Percent(p), nil
	}
	if s == "0" {
		return Size{}, nil
	}
	n, err := units.ParseBase2Bytes(s)
	if err != nil || n < 0 {
		return Size{}, fmt.Errorf("%q is neither a percentage nor a size such as 256MB", s)
	}
	return Bytes(int64(n)), nil
}

// Of is the Size in bytes where 100 % are total.
func (s Size) Of(total int64) int64 {
	if s.percent == 0 {
		return s.bytes
	}
	of := s.percent / 100 * float64(total)
	if of >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(of)
}

// Relative says whether the Size is a percentage, other than 0 %.
func (s Size) Relative() bool { return s.percent != 0 }

// IsZero says whether the Size is 0 bytes or 0 %.
func (s Size) IsZero() bool { return s == Size{} }

// String is what [Parse] reads.
func (s Size) String() string {
	if s.percent != 0 {
		return strconv.FormatFloat(s.percent, 'f', -1, 64) + "%"
	}
	return units.Base2Bytes(s.bytes).String()
}

// Set implements kingpin.Value.
func (s *Size) Set(v string) (err error) {
	*s, err = Parse(v)
	return err
}
