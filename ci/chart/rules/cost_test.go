package rules

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp/syntax"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"
)

// What one turn of all rules costs of a CPU. On a cluster only clock time can be
// seen, which on a busy machine says more of the others. So a cluster's series
// are laid into a TSDB here, with as much history as the rules look back on, and
// upstream's engine, which the server's is, evaluates all rules on them.
//
//	SERIES  a file with what the server's /federate says of everything
//	EXPRS   a file with the rules that it runs, a JSON list of expressions and of how
//	        many seconds lie between two evaluations
func TestCostOfATurn(t *testing.T) {
	if os.Getenv("SERIES") == "" {
		t.Skip("SERIES is not set: the end-to-end tests run this with the series of a cluster (make e2e)")
	}
	const (
		goal   = 50.0   // ms of CPU
		at     = 28_000 // series
		cycle  = 30.0   // seconds, as the chart has it
		turns  = 12     // so many that each block has its share of garbage collection, and of rules that are due every 3 minutes
		blocks = 9
	)
	var rules []struct {
		Expr  string
		Every float64
	}
	text, err := os.ReadFile(os.Getenv("EXPRS"))
	if err == nil {
		err = json.Unmarshal(text, &rules)
	}
	if err != nil || len(rules) == 0 {
		t.Fatalf("read EXPRS: %d rules, %v", len(rules), err)
	}
	var exprs []string
	for _, r := range rules {
		if r.Every < cycle {
			t.Fatalf("%s is evaluated every %g s, and a cycle has %g s", r.Expr, r.Every, cycle)
		}
		exprs = append(exprs, r.Expr)
	}
	now := time.Now()
	series := federated(t, os.Getenv("SERIES"))
	own := len(series)
	grow(t, series, at)
	db := history(t, series, lookedBackFar(t, exprs), now)

	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 50e6, Timeout: time.Minute, EnableAtModifier: true, EnableNegativeOffset: true})
	took := make([]time.Duration, len(exprs))
	turn := func(due func(i int) bool) {
		for i, expr := range exprs {
			if !due(i) {
				continue
			}
			start := time.Now()
			query, err := engine.NewInstantQuery(t.Context(), db, nil, expr, now)
			if err != nil {
				t.Fatalf("%s: %v", expr, err)
			}
			if r := query.Exec(t.Context()); r.Err != nil {
				t.Fatalf("%s: %v", expr, r.Err)
			}
			query.Close()
			took[i] += time.Since(start)
		}
	}
	t.Logf("%d series: %d of the cluster, the others of nodes like its own, with pods like theirs", len(series), own)
	// measure returns the median of the CPU's milliseconds of a turn, and says all of it.
	measure := func(what string, due func(turn, i int) bool) float64 {
		spent := make([]float64, blocks)
		for b := range spent {
			before := cpuTime(t)
			for k := range turns {
				turn(func(i int) bool { return due(k, i) })
			}
			spent[b] = float64((cpuTime(t) - before).Microseconds()) / 1000 / turns
		}
		slices.Sort(spent)
		median := spent[blocks/2]
		t.Logf("%s takes %.1f ms of CPU (median; %.1f to %.1f), garbage collection included", what, median, spent[0], spent[blocks-1])
		return median
	}
	always := func(int, int) bool { return true }
	turn(func(int) bool { return true }) // the first one warms up
	clear(took)
	measure(fmt.Sprintf("one turn of all %d rules", len(exprs)), always)
	dearest := make([]int, len(exprs))
	for i := range dearest {
		dearest[i] = i
	}
	slices.SortFunc(dearest, func(a, b int) int { return cmp.Compare(took[b], took[a]) })
	for _, i := range dearest[:min(8, len(dearest))] {
		t.Logf("%7.2f ms  %s", took[i].Seconds()*1000/turns/blocks, strings.Join(strings.Fields(exprs[i]), " "))
	}
	median := measure(fmt.Sprintf("a cycle of %.0f s, with the rules that are due in it,", cycle), func(turn, i int) bool {
		return (turn+i)%int(rules[i].Every/cycle) == 0
	})
	// A figure, and no verdict: how fast the machine is decides as much as the rules do.
	if median > goal {
		t.Logf("MISSED: the goal of %.0f ms a cycle", goal)
	}
}

// grow adds to a cluster's series those of further nodes, until there are n: what is
// scraped of its nodes, and what kube-state-metrics says of them and of their pods,
// by other names. The control plane, which a cluster has once, stays as it is.
func grow(t *testing.T, series map[string]sample, n int) {
	t.Helper()
	ofNodes := func(l labels.Labels) []string {
		switch l.Get("job") {
		case "kubelet", "node-exporter", "kube-proxy":
			return []string{"instance", "node", "pod"}
		case "kube-state-metrics":
			return []string{"node", "pod"}
		}
		return nil
	}
	var grown []sample
	for _, s := range series {
		if slices.ContainsFunc(ofNodes(s.labels), s.labels.Has) {
			grown = append(grown, s)
		}
	}
	if len(grown) == 0 {
		t.Fatal("no series of a node")
	}
	slices.SortFunc(grown, func(a, b sample) int { return labels.Compare(a.labels, b.labels) })
	for node := 2; len(series) < n; node++ {
		for _, s := range grown[:min(len(grown), n-len(series))] {
			other := labels.NewBuilder(s.labels)
			for _, name := range ofNodes(s.labels) {
				if s.labels.Has(name) {
					other.Set(name, fmt.Sprintf("%s-of-%d", s.labels.Get(name), node))
				}
			}
			l := other.Labels()
			series[l.String()] = sample{l, s.value}
		}
	}
}

// federated are all series of the server that have a sample now, with its value.
func federated(t *testing.T, file string) map[string]sample {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := textparse.New(text, "text/plain", labels.NewSymbolTable(), textparse.ParserOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]sample{}
	for {
		switch entry, err := p.Next(); {
		case errors.Is(err, io.EOF):
			if len(out) == 0 {
				t.Fatal("the server has no series")
			}
			return out
		case err != nil:
			t.Fatal(err)
		case entry == textparse.EntrySeries:
			var l labels.Labels
			p.Labels(&l)
			_, _, v := p.Series()
			out[l.String()] = sample{l, v}
		}
	}
}

type sample struct {
	labels labels.Labels
	value  float64
}

// far is from which length on a range is laid down for those metrics only that it is asked of.
const far = time.Hour

// lookedBackFar says how far the rules look back on metrics that they look back on for long.
func lookedBackFar(t *testing.T, exprs []string) map[string]time.Duration {
	t.Helper()
	out := map[string]time.Duration{}
	for _, expr := range exprs {
		tree, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
		if err != nil {
			t.Fatalf("%s: %v", expr, err)
		}
		parser.Inspect(tree, func(n parser.Node, path []parser.Node) error {
			v, ok := n.(*parser.VectorSelector)
			if !ok {
				return nil
			}
			var back time.Duration
			for _, above := range path {
				switch above := above.(type) {
				case *parser.MatrixSelector:
					back += above.Range
				case *parser.SubqueryExpr:
					back += above.Range
				}
			}
			if back > far {
				out[v.Name] = max(out[v.Name], back)
			}
			return nil
		})
	}
	if len(out) == 0 {
		t.Fatal("no rule looks back far, so the ranges were not understood")
	}
	return out
}

// history lays down a sample of each series twice a minute: for twenty minutes, or
// for as long as rules look back on the metric.
func history(t *testing.T, series map[string]sample, back map[string]time.Duration, now time.Time) *tsdb.DB {
	t.Helper()
	const step = 30 * time.Second
	opts := tsdb.DefaultOptions()
	opts.RetentionDuration = 0
	db, err := tsdb.Open(t.TempDir(), slog.New(slog.DiscardHandler), nil, opts, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.DisableCompactions()
	usual, long := []sample{}, []sample{}
	var longest time.Duration
	for _, s := range series {
		if d := back[s.labels.Get(labels.MetricName)]; d > 0 {
			long, longest = append(long, s), max(longest, d)
		} else {
			usual = append(usual, s)
		}
	}
	// Those of the longest first: what is much older than the newest sample is not taken any more.
	lay := func(of []sample, longest time.Duration) {
		for ago := longest; ago >= 0; ago -= step {
			app := db.Appender(t.Context())
			at := now.Add(-ago).UnixMilli()
			for _, s := range of {
				if d := back[s.labels.Get(labels.MetricName)]; d > 0 && d < ago {
					continue
				}
				if _, err := app.Append(0, s.labels, at, s.value); err != nil {
					t.Fatalf("%s: %v", s.labels, err)
				}
			}
			if err := app.Commit(); err != nil {
				t.Fatal(err)
			}
		}
	}
	lay(long, longest)
	lay(usual, 20*time.Minute)
	return db
}

// cpuTime is what this process has used, by all its threads.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Upstream compiles the pattern of a matcher each time the rule is evaluated, and
// for each class of many characters, such as [^/], that takes milliseconds.
func TestMatchersCompileQuickly(t *testing.T) {
	const most = 1000 // characters of one class
	var wide func(r *syntax.Regexp) bool
	wide = func(r *syntax.Regexp) bool {
		n := 0
		if r.Op == syntax.OpCharClass {
			for i := 0; i+1 < len(r.Rune); i += 2 {
				n += int(r.Rune[i+1]-r.Rune[i]) + 1
			}
		}
		return n > most || slices.ContainsFunc(r.Sub, wide)
	}
	looked := 0
	each(t, func(t *testing.T, where string, r rulefmt.Rule) {
		tree, err := parser.NewParser(parser.Options{}).ParseExpr(r.Expr)
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		for _, selector := range parser.ExtractSelectors(tree) {
			for _, m := range selector {
				if m.Type != labels.MatchRegexp && m.Type != labels.MatchNotRegexp {
					continue
				}
				looked++
				re, err := syntax.Parse(m.Value, syntax.Perl|syntax.DotNL)
				if err != nil {
					t.Errorf("%s: %s: %v", where, m, err)
				} else if wide(re) {
					t.Errorf("%s: %s has a class of more than %d characters; say it with . or split with label_replace", where, m, most)
				}
			}
		}
	})
	if looked == 0 {
		t.Error("no rule has a matcher with a pattern")
	}
}
