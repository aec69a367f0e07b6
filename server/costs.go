package server

import (
	"cmp"
	"slices"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/evaluator"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/series"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/plan"
)

// cost is what a drop-in, or a part of the base configuration, costs: its scrapes
// and its rules.
type cost struct {
	series.Cost
	// Rules is absent if it has none.
	Rules *evaluator.Cost `json:"rules,omitempty"`
}

// costs are those of all, the most expensive first.
func (s *Server) costs(p *plan.Plan) []cost {
	if s.opts.Agent {
		return nil
	}
	byOwner := map[string]*cost{}
	for _, c := range s.guards.series.Costs() {
		byOwner[c.Owner] = &cost{Cost: c}
	}
	refs := map[string]dropin.Ref{}
	for _, it := range p.Generation.Items() {
		if it.Kind == dropin.KindRules {
			refs[it.Ref.String()] = it.Ref
		}
	}
	for file, rules := range s.evaluator.Costs() {
		c := byOwner[file]
		if c == nil {
			c = &cost{Cost: series.Cost{Owner: file}}
			if ref, ok := refs[file]; ok {
				c.DropIn = &ref
			}
			byOwner[file] = c
		}
		c.Rules = &rules
	}
	all := make([]cost, 0, len(byOwner))
	for _, c := range byOwner {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(x, y cost) int {
		return cmp.Or(cmp.Compare(y.weight(), x.weight()), cmp.Compare(x.Owner, y.Owner))
	})
	return all
}

// weight is in series.
func (c *cost) weight() int64 {
	if c.Rules == nil {
		return c.Series
	}
	return c.Series + c.Rules.Series
}
