package series

import (
	"cmp"
	"slices"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Cost is what a drop-in, or a job of the base configuration, costs the server.
type Cost struct {
	// Owner is a Ref, or the name of a job of the base configuration.
	Owner string `json:"owner"`
	// DropIn is nil for a job of the base configuration.
	DropIn  *dropin.Ref `json:"dropIn,omitempty"`
	Targets int         `json:"targets"`
	// Series that the last scrapes brought.
	Series int64 `json:"series"`
	// SeriesInMemory are those of the last two to three hours. After a restart
	// those that are not scraped any more are missing.
	SeriesInMemory int64 `json:"seriesInMemory"`
	// Budget of Series, 0 if there is none.
	Budget int64 `json:"budget,omitempty"`
	// Refused are the series that the last scrapes brought and that were
	// refused for want of budget.
	Refused          int64   `json:"refused"`
	SamplesPerSecond float64 `json:"samplesPerSecond"`

	refusedEver uint64
}

// Costs are those of all owners, the most expensive first.
func (g *Guard) Costs() []Cost {
	all := g.owners.all()
	list := make([]Cost, 0, len(all))
	for _, o := range all {
		list = append(list, o.cost())
	}
	slices.SortFunc(list, func(x, y Cost) int {
		return cmp.Or(cmp.Compare(y.Series, x.Series), cmp.Compare(x.Owner, y.Owner))
	})
	return list
}

// Cost is that of one drop-in; false if it has no targets and no series.
func (g *Guard) Cost(ref dropin.Ref) (Cost, bool) {
	g.owners.mu.Lock()
	o, ok := g.owners.byName[ref.String()]
	g.owners.mu.Unlock()
	if !ok {
		return Cost{}, false
	}
	return o.cost(), true
}

func (o *owner) cost() Cost {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := Cost{
		Owner:            o.name,
		Targets:          o.targets,
		Series:           o.sum.series,
		SeriesInMemory:   o.inMemory,
		Budget:           o.limit,
		Refused:          o.sum.refused,
		SamplesPerSecond: o.sum.rate,
		refusedEver:      o.refused,
	}
	if o.dropIn {
		ref := o.ref
		c.DropIn = &ref
	}
	return c
}
