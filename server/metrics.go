package server

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the server's own, and those that Prometheus' main and web
// packages would register.
type metrics struct {
	configSuccess     prometheus.Gauge
	configSuccessTime prometheus.Gauge
	ready             prometheus.Gauge

	requests     *prometheus.CounterVec
	requestTime  *prometheus.HistogramVec
	responseSize *prometheus.HistogramVec

	reloadTime *prometheus.HistogramVec
	generation *prometheus.GaugeVec
	fallback   prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		configSuccess: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "prometheus_config_last_reload_successful",
			Help: "Whether the last configuration reload attempt was successful.",
		}),
		configSuccessTime: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "prometheus_config_last_reload_success_timestamp_seconds",
			Help: "Timestamp of the last successful configuration reload.",
		}),
		ready: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "prometheus_ready",
			Help: "Whether Prometheus startup was fully completed and the server is ready for normal operation.",
		}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "prometheus_http_requests_total",
			Help: "Counter of HTTP requests.",
		}, []string{"handler", "code"}),
		requestTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:                            "prometheus_http_request_duration_seconds",
			Help:                            "Histogram of latencies for HTTP requests.",
			Buckets:                         []float64{.1, .2, .4, 1, 3, 8, 20, 60, 120},
			NativeHistogramBucketFactor:     1.1,
			NativeHistogramMaxBucketNumber:  100,
			NativeHistogramMinResetDuration: time.Hour,
		}, []string{"handler"}),
		responseSize: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "prometheus_http_response_size_bytes",
			Help:    "Histogram of response size for HTTP requests.",
			Buckets: prometheus.ExponentialBuckets(100, 10, 8),
		}, []string{"handler"}),

		reloadTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "kube_monitoring_stack_server_reload_duration_seconds",
			Help:    "How long reloads took, by result: success or error.",
			Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10, 30},
		}, []string{"result"}),
		generation: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "kube_monitoring_stack_server_generation_info",
			Help: "The generation of drop-ins in force. The digest is empty when there is none.",
		}, []string{"digest"}),
		fallback: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "kube_monitoring_stack_server_generation_fallback",
			Help: "1 if the server could not start with the current generation and runs an older one or none.",
		}),
	}
	reg.MustRegister(m.configSuccess, m.configSuccessTime, m.ready,
		m.requests, m.requestTime, m.responseSize,
		m.reloadTime, m.generation, m.fallback)
	// The base configuration was parsed before anything else; an alert about a
	// failing reload must not fire while a long replay delays the first one.
	m.configSuccess.Set(1)
	m.configSuccessTime.SetToCurrentTime()
	return m
}

func (m *metrics) reloaded(ok bool, took time.Duration) {
	if !ok {
		m.configSuccess.Set(0)
		m.reloadTime.WithLabelValues("error").Observe(took.Seconds())
		return
	}
	m.configSuccess.Set(1)
	m.configSuccessTime.SetToCurrentTime()
	m.reloadTime.WithLabelValues("success").Observe(took.Seconds())
}

// runs notes the generation in force.
func (m *metrics) runs(digest string, fallback bool) {
	m.generation.Reset()
	m.generation.WithLabelValues(digest).Set(1)
	m.fallback.Set(0)
	if fallback {
		m.fallback.Set(1)
	}
}
