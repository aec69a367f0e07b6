// Package report prints what a benchmark found: both servers beside each other,
// the ratio, and whether our goal is met.
package report

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// Row is one figure of both.
type Row struct {
	What         string
	Theirs, Ours float64
	// Unit is "ms", "MiB", or anything else.
	Unit string
	// Goal is the most ours may be; nil for a figure without a goal.
	Goal *float64
	// Absent says that theirs was not measured.
	Absent bool
}

// AtMost is a goal.
func AtMost(v float64) *float64 { return &v }

// Met says whether the goal is met.
func (r Row) Met() bool { return r.Goal == nil || r.Ours <= *r.Goal }

// Print writes rows as a table and returns how many goals are missed.
func Print(w io.Writer, title string, rows []Row) (missed int) {
	fmt.Fprintf(w, "\n%s\n", title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\tprometheus\tmonitoring-server\tratio\tgoal\t")
	for _, r := range rows {
		theirs, ratio, goal, verdict := format(r.Theirs, r.Unit), "", "", ""
		switch {
		case r.Absent:
			theirs = "–"
		case r.Ours > 0 && r.Theirs > 0:
			ratio = fmt.Sprintf("%.1f×", r.Theirs/r.Ours)
		}
		if r.Goal != nil {
			goal, verdict = "≤ "+format(*r.Goal, r.Unit), "met"
			if !r.Met() {
				verdict = "MISSED"
				missed++
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", r.What, theirs, format(r.Ours, r.Unit), ratio, goal, verdict)
	}
	t.Flush()
	return missed
}

func format(v float64, unit string) string {
	switch unit {
	case "":
		return fmt.Sprintf("%.0f", v)
	case "%":
		return fmt.Sprintf("%+.1f %%", v)
	default:
		return fmt.Sprintf("%.1f %s", v, unit)
	}
}

// Median returns the middle of some figures, 0 of none.
func Median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}

// Milliseconds of a duration.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// MiB of a number of bytes.
func MiB(n int64) float64 { return float64(n) / (1 << 20) }
