package evaluator

import (
	"runtime"
	"sync"
	"weak"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// regexps lets rules share the regular expressions that they write alike, such as
// code=~"5..". A compiled one takes some 2 KiB, and with thousands of rules they
// were a fifth of all memory in use. One that no rule has any more is forgotten.
type regexps struct {
	mtx   sync.Mutex // guards known
	known map[regexpKey]weak.Pointer[labels.Matcher]
}

type regexpKey struct {
	kind        labels.MatchType
	name, value string
}

func newRegexps() *regexps {
	return &regexps{known: map[regexpKey]weak.Pointer[labels.Matcher]{}}
}

// share replaces the matchers in an expression by equal ones that are known.
// Nobody writes to a matcher.
func (r *regexps) share(expr parser.Expr) {
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if v, ok := node.(*parser.VectorSelector); ok {
			for i, m := range v.LabelMatchers {
				if m.Type == labels.MatchRegexp || m.Type == labels.MatchNotRegexp {
					v.LabelMatchers[i] = r.one(m)
				}
			}
		}
		return nil
	})
}

func (r *regexps) one(m *labels.Matcher) *labels.Matcher {
	key := regexpKey{m.Type, m.Name, m.Value}
	r.mtx.Lock()
	defer r.mtx.Unlock()
	if known := r.known[key].Value(); known != nil {
		return known
	}
	r.known[key] = weak.Make(m)
	runtime.AddCleanup(m, r.forget, key)
	return m
}

// forget is called after a matcher is gone. Another may have its place by then.
func (r *regexps) forget(key regexpKey) {
	r.mtx.Lock()
	defer r.mtx.Unlock()
	if r.known[key].Value() == nil {
		delete(r.known, key)
	}
}
