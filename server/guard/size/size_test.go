package size

import (
	"math"
	"testing"

	"github.com/alecthomas/kingpin/v2"
)

var _ kingpin.Value = (*Size)(nil)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in      string
		total   int64
		want    int64
		printed string
	}{
		{"5%", 1000, 50, "5%"},
		{"0.5%", 1000, 5, "0.5%"},
		{"256MB", 1, 256 << 20, "256MiB"},
		{"1GiB", 1, 1 << 30, "1GiB"},
		{"0", 1000, 0, "0B"},
		{"0%", 1000, 0, "0B"},
		{"100%", math.MaxInt64, math.MaxInt64, "100%"},
	} {
		s, err := Parse(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if got := s.Of(c.total); got != c.want {
			t.Errorf("%s of %d = %d, want %d", c.in, c.total, got, c.want)
		}
		if s.String() != c.printed {
			t.Errorf("%s is printed as %s, want %s", c.in, s, c.printed)
		}
		if again, err := Parse(s.String()); err != nil || again != s {
			t.Errorf("%s does not survive printing: %v, %v", c.in, again, err)
		}
	}
	for _, in := range []string{"", "%", "101%", "-1%", "NaN%", "five", "-1MB"} {
		if s, err := Parse(in); err == nil {
			t.Errorf("%q was read as %s", in, s)
		}
	}
}
