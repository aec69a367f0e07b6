package sidecar

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// sinkMetrics count what the directory sink does.
type sinkMetrics struct {
	publishes, reloads, flushes        *prometheus.CounterVec
	publishTook, reloadTook, flushTook prometheus.Histogram
}

func newSinkMetrics(reg prometheus.Registerer) *sinkMetrics {
	buckets := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	m := &sinkMetrics{
		publishes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricPrefix + "sidecar_publishes_total", Help: "Generations written, by result.",
		}, []string{"result"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricPrefix + "sidecar_reloads_total", Help: "Reloads asked for, by the reader's answer.",
		}, []string{"result"}),
		flushes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricPrefix + "sidecar_flushes_total", Help: "Generations flushed to the disk, by result.",
		}, []string{"result"}),
		publishTook: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: metricPrefix + "sidecar_publish_duration_seconds", Help: "Time to write a generation.", Buckets: buckets,
		}),
		reloadTook: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: metricPrefix + "sidecar_reload_duration_seconds", Help: "Time until the reader answered.", Buckets: buckets,
		}),
		flushTook: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: metricPrefix + "sidecar_flush_duration_seconds", Help: "Time until the disk had a generation, for which nothing waits.", Buckets: buckets,
		}),
	}
	for _, result := range []string{"success", "error"} {
		m.publishes.WithLabelValues(result)
		m.reloads.WithLabelValues(result)
		m.flushes.WithLabelValues(result)
	}
	m.reloads.WithLabelValues("refused")
	reg.MustRegister(m.publishes, m.reloads, m.flushes, m.publishTook, m.reloadTook, m.flushTook)
	return m
}

func (m *sinkMetrics) published(err error, took time.Duration) {
	m.publishes.WithLabelValues(result(err)).Inc()
	m.publishTook.Observe(took.Seconds())
}

func (m *sinkMetrics) reloaded(err error, took time.Duration) {
	m.reloads.WithLabelValues(result(err)).Inc()
	m.reloadTook.Observe(took.Seconds())
}

func (m *sinkMetrics) flushed(err error, took time.Duration) {
	m.flushes.WithLabelValues(result(err)).Inc()
	m.flushTook.Observe(took.Seconds())
}

func result(err error) string {
	if err == nil {
		return "success"
	}
	if _, ok := errors.AsType[*Refused](err); ok {
		return "refused"
	}
	return "error"
}
