package evaluator

import (
	"runtime"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

func TestRegexps_AreShared(t *testing.T) {
	r := newRegexps()
	matchers := func(expr string) map[string]*labels.Matcher {
		t.Helper()
		e, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
		if err != nil {
			t.Fatal(err)
		}
		before := e.String()
		r.share(e)
		if e.String() != before {
			t.Errorf("%s became %s", before, e)
		}
		found := map[string]*labels.Matcher{}
		parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
			if v, ok := n.(*parser.VectorSelector); ok {
				for _, m := range v.LabelMatchers {
					found[m.String()] = m
				}
			}
			return nil
		})
		return found
	}
	a := matchers(`sum(rate(a{code=~"5..", job!~"x|y", team="1"}[5m])) / b{code=~"5.."}`)
	b := matchers(`b{code=~"5.."} > c{job=~"x|y", team="1"}`)
	if a[`code=~"5.."`] != b[`code=~"5.."`] {
		t.Error("what is written alike is there twice")
	}
	if a[`job!~"x|y"`] == b[`job=~"x|y"`] || !b[`job=~"x|y"`].Matches("x") || a[`job!~"x|y"`].Matches("x") {
		t.Error("a matcher was taken for its opposite")
	}
	if n := len(r.known); n != 3 {
		t.Errorf("%d regular expressions are known, want 3", n)
	}
	runtime.KeepAlive(a)
	runtime.KeepAlive(b)

	// The maps are not used any more.
	await(t, "what no rule has is forgotten", func() bool {
		runtime.GC()
		r.mtx.Lock()
		defer r.mtx.Unlock()
		return len(r.known) == 0
	})
}
