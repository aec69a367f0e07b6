package sidecar

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// collector shows the status as metrics, read when they are scraped: thousands
// of drop-ins cost nothing between two scrapes.
type collector struct {
	s                                              *Sidecar
	state, problems, generation, success           *prometheus.Desc
	sourceSynced, sourceConnected, sourceLastHeard *prometheus.Desc
}

func newCollector(s *Sidecar) *collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(metricPrefix+name, help, labels, nil)
	}
	return &collector{
		s:               s,
		state:           desc("dropin_state", "Always 1: the state of a drop-in is in the label.", "namespace", "name", "key", "kind", "state"),
		problems:        desc("dropin_problems", "Problems of a drop-in's newest edit.", "namespace", "name", "key", "kind", "code"),
		generation:      desc("sidecar_generation_info", "Always 1: digests of the newest set and of the one the reader confirmed.", "digest", "confirmed"),
		success:         desc("sidecar_last_confirmed_timestamp_seconds", "When the reader last confirmed what it uses."),
		sourceSynced:    desc("sidecar_source_synced", "Whether a source has delivered all there is.", "source"),
		sourceConnected: desc("sidecar_source_connected", "Whether a source can read now.", "source"),
		sourceLastHeard: desc("sidecar_source_last_success_timestamp_seconds", "When a source last heard from where it reads.", "source"),
	}
}

// Describe implements [prometheus.Collector].
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.state, c.problems, c.generation, c.success, c.sourceSynced, c.sourceConnected, c.sourceLastHeard} {
		ch <- d
	}
}

// Collect implements [prometheus.Collector].
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	st := c.s.Status()
	gauge(c.generation, 1, st.Digest, st.Confirmed)
	if !st.ConfirmedAt.IsZero() {
		gauge(c.success, float64(st.ConfirmedAt.UnixMilli())/1000)
	}
	for _, d := range st.DropIns {
		gauge(c.state, 1, d.Ref.Namespace, d.Ref.Name, d.Ref.Key, string(d.Kind), string(d.State))
		byCode := map[dropin.Code]int{}
		for _, p := range d.Problems {
			byCode[p.Code]++
		}
		for code, n := range byCode {
			gauge(c.problems, float64(n), d.Ref.Namespace, d.Ref.Name, d.Ref.Key, string(d.Kind), string(code))
		}
	}
	for _, src := range c.s.sources() {
		gauge(c.sourceSynced, oneIf(src.Synced), src.Name)
		gauge(c.sourceConnected, oneIf(src.Synced && src.Error == ""), src.Name)
		if !src.LastSuccess.IsZero() {
			gauge(c.sourceLastHeard, float64(src.LastSuccess.UnixMilli())/1000, src.Name)
		}
	}
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
