package sidecar

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const metricPrefix = "kube_monitoring_stack_"

// metrics are the loop's own.
type metrics struct {
	change prometheus.Histogram
	apply  prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer, s *Sidecar) *metrics {
	m := &metrics{
		change: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    metricPrefix + "sidecar_change_duration_seconds",
			Help:    "Time from the first event of a change to the reader's confirmation.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}),
		apply: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    metricPrefix + "sidecar_apply_duration_seconds",
			Help:    "Time of one publish and reload.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
	}
	reg.MustRegister(m.change, m.apply, newCollector(s))
	return m
}

func (m *metrics) live(apply, change time.Duration) {
	m.apply.Observe(apply.Seconds())
	m.change.Observe(change.Seconds())
}
