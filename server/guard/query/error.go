package query

import (
	"fmt"
	"math"
	"strconv"
)

// reason says why a query was ended.
type reason string

const (
	overShare reason = "share"
	overHeap  reason = "heap"
)

// Error is why a query was ended. The API answers it as an error of execution,
// which clients do not retry.
type Error struct {
	// Kind is "ad-hoc", "rule", or "read" for a request that has no query.
	Kind   string
	Reason reason
	// Series it had selected, and Bytes that it was expected to need for them.
	Series int64
	Bytes  int64

	limit string
}

// Error names the limit, the flag that sets it, and what to do.
func (e *Error) Error() string {
	what, todo := "query", "select fewer series, a shorter time range or a larger step"
	if e.Kind == read {
		what, todo = "request", "ask for fewer series or a shorter time range"
	}
	return fmt.Sprintf("%s ended by the memory guard: %s: it selected %d series and needs about %s for them; %s",
		what, e.limit, e.Series, human(e.Bytes), todo)
}

// describe puts the limit in words.
func (g *Guard) describe(a *account, r reason) string {
	switch {
	case r == overHeap:
		return fmt.Sprintf("the server uses more memory than %s (--guard.query-heap=%s) and this is the most expensive query",
			human(g.heap), g.opts.Heap)
	case a.kind == rule:
		return fmt.Sprintf("the query of a rule may use %s (--guard.rule-memory=%s)", human(a.limit), g.opts.Rule)
	case a.kind == read:
		return fmt.Sprintf("one request may use %s (--guard.query-memory=%s)", human(a.limit), g.opts.Query)
	default:
		return fmt.Sprintf("one query may use %s (--guard.query-memory=%s)", human(a.limit), g.opts.Query)
	}
}

// tell counts and logs.
func (g *Guard) tell(a *account, e *Error) {
	g.metrics.ended.WithLabelValues(e.Kind, string(e.Reason)).Inc()
	g.opts.Logger.Warn("Query ended by the memory guard", "query", a.text, "kind", e.Kind, "reason", e.Reason,
		"series", e.Series, "expected_bytes", e.Bytes, "limit_bytes", a.limit)
}

// human writes bytes with one decimal, which is as much as anybody reads.
func human(n int64) string {
	unit, names := float64(n), []string{"B", "KiB", "MiB", "GiB"}
	for len(names) > 1 && unit >= 1024 {
		unit, names = unit/1024, names[1:]
	}
	return strconv.FormatFloat(math.Round(unit*10)/10, 'f', -1, 64) + names[0]
}
