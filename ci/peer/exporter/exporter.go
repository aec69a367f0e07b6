// Package exporter is a scrape target that shows every kind of sample Prometheus
// stores: floats, classic and native histograms, exemplars, and a series that
// comes and goes.
package exporter

import (
	"math"
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Exporter moves its values on with each scrape and not with time, so what is
// stored depends on the number of scrapes alone.
type Exporter struct {
	scrapes atomic.Int64
	handler http.Handler

	requests *prometheus.CounterVec
	level    prometheus.Gauge
	classic  prometheus.Histogram
	native   prometheus.Histogram
	fleeting *prometheus.GaugeVec
}

// New returns an Exporter, to be served at any path.
func New() *Exporter {
	e := &Exporter{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "demo_requests_total", Help: "Requests.",
		}, []string{"code", "path"}),
		level: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "demo_level", Help: "A sine of the number of scrapes.",
		}),
		classic: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "demo_classic_seconds", Help: "A histogram of fixed buckets.", Buckets: []float64{0.1, 0.5, 1, 5},
		}),
		native: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "demo_native_seconds", Help: "A native histogram.", NativeHistogramBucketFactor: 1.1,
		}),
		fleeting: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "demo_fleeting", Help: "Another series with each third scrape, with stale markers between.",
		}, []string{"turn"}),
	}
	r := prometheus.NewRegistry()
	r.MustRegister(e.requests, e.level, e.classic, e.native, e.fleeting)
	e.handler = promhttp.HandlerFor(r, promhttp.HandlerOpts{EnableOpenMetrics: true})
	return e
}

// Scrapes is how often it was scraped.
func (e *Exporter) Scrapes() int { return int(e.scrapes.Load()) }

// ServeHTTP implements http.Handler.
func (e *Exporter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.advance(int(e.scrapes.Add(1)))
	e.handler.ServeHTTP(w, r)
}

func (e *Exporter) advance(n int) {
	exemplar := prometheus.Labels{"trace_id": "trace-" + strconv.Itoa(n)}
	for i, path := range []string{"/", "/api", "/login"} {
		for _, code := range []string{"200", "404", "500"} {
			e.requests.WithLabelValues(code, path).(prometheus.ExemplarAdder).AddWithExemplar(float64(i+n%7), exemplar)
		}
	}
	e.level.Set(math.Sin(float64(n) / 5))
	for i := range 10 {
		v := math.Abs(math.Sin(float64(n*10+i))) * 6
		e.classic.(prometheus.ExemplarObserver).ObserveWithExemplar(v, exemplar)
		e.native.(prometheus.ExemplarObserver).ObserveWithExemplar(v, exemplar)
	}
	e.fleeting.Reset()
	e.fleeting.WithLabelValues(strconv.Itoa(n / 3)).Set(float64(n))
}
