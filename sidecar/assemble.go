package sidecar

import (
	"slices"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// set is one assembly: a bundle and what it was made of.
type set struct {
	bundle *dropin.Bundle
	items  []dropin.Checked
}

// assemble puts together what may be published now. A newest edit that cannot be
// with the others gives way to its last good version, if that one can.
func (s *store) assemble() set {
	for _, r := range s.records {
		r.contested = nil
	}
	items := s.pick()
	bundle, problems := dropin.Assemble(items, s.policy)
	if len(problems) > 0 {
		s.contest(problems)
		items = s.pick()
		bundle, problems = dropin.Assemble(items, s.policy)
		if len(problems) > 0 {
			// A last good version lost as well. Assemble has left it out; it is
			// neither published nor chosen.
			s.contest(problems)
			items = leaveOut(items, problems)
		}
	}
	s.chosen = make(map[dropin.Ref]*dropin.Checked, len(items))
	for i := range items {
		s.chosen[items[i].Ref] = &items[i]
	}
	return set{bundle: bundle, items: items}
}

func (s *store) pick() []dropin.Checked {
	items := make([]dropin.Checked, 0, len(s.records))
	for _, r := range s.records {
		if c := r.choose(); c != nil {
			items = append(items, *c)
		}
	}
	return items
}

func (s *store) contest(problems []dropin.Problem) {
	for _, p := range problems {
		if r := s.records[p.Ref]; r != nil && !slices.Contains(r.contested, p) {
			r.contested = append(r.contested, p)
		}
	}
}

func leaveOut(items []dropin.Checked, problems []dropin.Problem) []dropin.Checked {
	return slices.DeleteFunc(items, func(c dropin.Checked) bool {
		return slices.ContainsFunc(problems, func(p dropin.Problem) bool { return p.Ref == c.Ref })
	})
}
