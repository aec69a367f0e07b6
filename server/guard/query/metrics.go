package query

import (
	"math"

	"github.com/prometheus/client_golang/prometheus"
)

const prefix = "kube_monitoring_stack_server_guard_query_"

type metrics struct {
	ended *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer, g *Guard) *metrics {
	m := &metrics{ended: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: prefix + "ended_total",
		Help: "Queries ended for their use of memory. Kind: ad-hoc, rule, or read for remote read, federation, series and labels. Reason: share, its own limit, or heap, the server's.",
	}, []string{"kind", "reason"})}
	for _, kind := range []string{adHoc, read, rule} {
		m.ended.WithLabelValues(kind, string(overShare))
	}
	for _, kind := range []string{adHoc, read} {
		m.ended.WithLabelValues(kind, string(overHeap))
	}
	if reg == nil {
		return m
	}
	gauge := func(name, help string, f func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: prefix + name, Help: help}, f)
	}
	reg.MustRegister(m.ended,
		gauge("expected_bytes", "Memory that the running queries are expected to need.", func() float64 {
			var sum int64
			for _, r := range g.Running() {
				sum += r.Bytes
			}
			return float64(sum)
		}),
		gauge("live_heap_bytes", "Heap that the last garbage collection could not free.", func() float64 {
			live, _ := g.meter.read()
			return float64(live)
		}),
		gauge("live_heap_limit_bytes", "Live heap above which the most expensive ad-hoc query is ended.", func() float64 {
			if g.heap == math.MaxInt64 {
				return math.Inf(1)
			}
			return float64(g.heap)
		}))
	return m
}
