package evaluator

import (
	"cmp"
	"slices"

	"github.com/prometheus/prometheus/rules"
)

// RuleGroups returns the groups of all shards, ordered by file and name as one
// Manager would.
func (e *Evaluator) RuleGroups() []*rules.Group {
	e.mtx.RLock()
	defer e.mtx.RUnlock()
	var out []*rules.Group
	for _, s := range e.shards {
		if s != nil {
			out = append(out, s.manager.RuleGroups()...)
		}
	}
	slices.SortFunc(out, func(a, b *rules.Group) int {
		return cmp.Or(cmp.Compare(a.File(), b.File()), cmp.Compare(a.Name(), b.Name()))
	})
	return out
}

// AlertingRules returns the alerting rules of all shards.
func (e *Evaluator) AlertingRules() []*rules.AlertingRule {
	e.mtx.RLock()
	defer e.mtx.RUnlock()
	out := []*rules.AlertingRule{} // an empty list in the API, not null
	for _, s := range e.shards {
		if s != nil {
			out = append(out, s.manager.AlertingRules()...)
		}
	}
	return out
}
