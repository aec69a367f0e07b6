package evaluator

import (
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/rules"
)

// Cost is what the rules of one file cost.
type Cost struct {
	Rules int `json:"rules"`
	// Seconds that the last evaluation of each of its groups took, added up.
	Seconds float64 `json:"seconds"`
	// SecondsPerSecond is how much of the time they are being evaluated: 1 is
	// one evaluation that never rests.
	SecondsPerSecond float64 `json:"secondsPerSecond"`
	// Series that the last evaluations wrote.
	Series           int64   `json:"series"`
	SamplesPerSecond float64 `json:"samplesPerSecond"`
}

// Costs are those of each file, by its identifier.
func (e *Evaluator) Costs() map[string]Cost {
	costs := map[string]Cost{}
	for _, g := range e.RuleGroups() {
		c := costs[g.File()]
		interval, took, wrote := g.Interval().Seconds(), g.GetEvaluationTime().Seconds(), e.wrote(g)
		c.Rules += len(g.Rules())
		c.Seconds += took
		c.SecondsPerSecond += took / interval
		c.Series += int64(wrote)
		c.SamplesPerSecond += wrote / interval
		costs[g.File()] = c
	}
	return costs
}

// wrote is how many samples the last evaluation of a group gave. A group tells
// it to nobody but its metric.
func (e *Evaluator) wrote(g *rules.Group) float64 {
	var m dto.Metric
	if err := e.opts.Rules.Metrics.GroupSamples.WithLabelValues(rules.GroupKey(g.File(), g.Name())).Write(&m); err != nil {
		return 0
	}
	return m.GetGauge().GetValue()
}
