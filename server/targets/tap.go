package targets

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Names of the upstream metrics that the server reads or fills itself.
const (
	SyncsMetric      = "prometheus_target_scrape_pool_sync_total"
	DiscoveredMetric = "prometheus_sd_discovered_targets"
	EventsMetric     = "prometheus_sd_kubernetes_events_total"
	FailuresMetric   = "prometheus_sd_kubernetes_failures_total"
)

// Tap is a Registerer that remembers some of the metrics registered through it.
// The scrape manager has no other way to say that it took over a job's targets
// than the metric it counts that with. One other it makes smaller: see slim.
type Tap struct {
	prometheus.Registerer
	found map[string]prometheus.Collector
}

// NewTap returns a Tap in front of reg.
func NewTap(reg prometheus.Registerer) *Tap {
	return &Tap{Registerer: reg, found: map[string]prometheus.Collector{}}
}

// Register implements prometheus.Registerer.
func (t *Tap) Register(c prometheus.Collector) error {
	t.note(c)
	return t.Registerer.Register(c)
}

// MustRegister implements prometheus.Registerer.
func (t *Tap) MustRegister(cs ...prometheus.Collector) {
	for _, c := range cs {
		t.note(c)
	}
	t.Registerer.MustRegister(cs...)
}

func (t *Tap) note(c prometheus.Collector) {
	switch c.(type) {
	case *prometheus.CounterVec, *prometheus.GaugeVec, *prometheus.SummaryVec, prometheus.Counter:
	default:
		return
	}
	descs := make(chan *prometheus.Desc, 1)
	c.Describe(descs)
	desc := <-descs
	for _, name := range []string{SyncsMetric, DiscoveredMetric, EventsMetric, FailuresMetric, SyncLengthMetric} {
		// A Desc has no other accessor.
		if strings.Contains(desc.String(), `fqName: "`+name+`"`) {
			t.found[name] = c
		}
	}
	if v, ok := t.found[SyncLengthMetric].(*prometheus.SummaryVec); ok && c == v {
		slim(v, desc)
	}
}

// Syncs returns a function for [Options.Syncs], or nil if upstream has no such
// metric any more.
func (t *Tap) Syncs() func(job string) uint64 {
	vec, ok := t.found[SyncsMetric].(*prometheus.CounterVec)
	if !ok {
		return nil
	}
	return func(job string) uint64 {
		var m dto.Metric
		if err := vec.WithLabelValues(job).Write(&m); err != nil {
			return 0
		}
		return uint64(m.GetCounter().GetValue())
	}
}

// Discovered returns the gauge for [Options.Discovered].
func (t *Tap) Discovered() *prometheus.GaugeVec {
	vec, _ := t.found[DiscoveredMetric].(*prometheus.GaugeVec)
	return vec
}

// Events returns the counter for [Options.Events].
func (t *Tap) Events() *prometheus.CounterVec {
	vec, _ := t.found[EventsMetric].(*prometheus.CounterVec)
	return vec
}

// Failures returns the counter for [Options.Failures].
func (t *Tap) Failures() prometheus.Counter {
	c, _ := t.found[FailuresMetric].(prometheus.Counter)
	return c
}
