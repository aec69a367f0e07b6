package targets

import (
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// namespaceLabel is the one label every group of a namespaced object has.
const namespaceLabel = model.LabelName(discoveredPrefix + "namespace")

// subscription is a job's interest in a watch.
type subscription struct {
	job  string
	from *watch
	// namespaces restricts what the job may see; nil means all.
	namespaces map[string]bool
	selects    selection
}

func (s *subscription) admits(g *targetgroup.Group) bool {
	if s.namespaces != nil && !s.namespaces[string(g.Labels[namespaceLabel])] {
		return false
	}
	return s.selects.admits(g)
}

// index finds the subscriptions that could admit a group without asking each.
// A subscription is filed under every value of its rarest-looking requirement;
// those without one under each namespace, or under all.
type index struct {
	byLabel     map[pair]map[*subscription]bool
	byNamespace map[string]map[*subscription]bool
	rest        map[*subscription]bool
}

type pair struct {
	label model.LabelName
	value string
}

func newIndex() *index {
	return &index{
		byLabel:     map[pair]map[*subscription]bool{},
		byNamespace: map[string]map[*subscription]bool{},
		rest:        map[*subscription]bool{},
	}
}

func (x *index) add(s *subscription) {
	q := s.pivot()
	switch {
	case q != nil:
		for _, v := range q.values {
			file(x.byLabel, pair{q.label, v}, s)
		}
	case s.namespaces != nil:
		for ns := range s.namespaces {
			file(x.byNamespace, ns, s)
		}
	default:
		x.rest[s] = true
	}
}

func (x *index) remove(s *subscription) {
	q := s.pivot()
	switch {
	case q != nil:
		for _, v := range q.values {
			unfile(x.byLabel, pair{q.label, v}, s)
		}
	case s.namespaces != nil:
		for ns := range s.namespaces {
			unfile(x.byNamespace, ns, s)
		}
	default:
		delete(x.rest, s)
	}
}

func file[K comparable](m map[K]map[*subscription]bool, k K, s *subscription) {
	if m[k] == nil {
		m[k] = map[*subscription]bool{}
	}
	m[k][s] = true
}

func unfile[K comparable](m map[K]map[*subscription]bool, k K, s *subscription) {
	delete(m[k], s)
	if len(m[k]) == 0 {
		delete(m, k)
	}
}

// pivot is the requirement to file a subscription under. The namespace is the
// last choice: a few hundred jobs of one namespace are common, a few hundred
// that select the same label value are not. A missing label has no value to be
// found by.
func (s *subscription) pivot() *requirement {
	var best *requirement
	for i := range s.selects {
		q := &s.selects[i]
		if len(q.values) == 0 || containsEmpty(q.values) {
			continue
		}
		if best == nil || q.weight() < best.weight() {
			best = q
		}
	}
	return best
}

// weight orders requirements by how many groups they are likely to fit.
func (q *requirement) weight() int {
	w := len(q.values)
	switch {
	case q.label == namespaceLabel:
		w += 1000
	case len(q.values) == 1 && q.values[0] == "true": // as the labelpresent labels
		w += 2000
	}
	return w
}

func containsEmpty(values []string) bool {
	for _, v := range values {
		if v == "" {
			return true
		}
	}
	return false
}

// matching calls f for each subscription that admits g, once.
func (x *index) matching(g *targetgroup.Group, f func(*subscription)) {
	seen := map[*subscription]bool{}
	try := func(set map[*subscription]bool) {
		for s := range set {
			if !seen[s] {
				seen[s] = true
				if s.admits(g) {
					f(s)
				}
			}
		}
	}
	try(x.rest)
	try(x.byNamespace[string(g.Labels[namespaceLabel])])
	if len(x.byLabel) == 0 {
		return
	}
	for l, v := range g.Labels {
		try(x.byLabel[pair{l, string(v)}])
	}
	for _, t := range g.Targets {
		for l, v := range t {
			try(x.byLabel[pair{l, string(v)}])
		}
	}
}
