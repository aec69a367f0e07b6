package targets

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// SyncLengthMetric is the scrape manager's one summary that has a child for
// each job.
const SyncLengthMetric = "prometheus_target_sync_length_seconds"

const (
	// recentAge and the quantiles are those of upstream's summary
	// (scrape/metrics.go, and the defaults of client_golang).
	recentAge = 10 * time.Minute
	// recentMost is more than a job is synced in recentAge, unless its targets
	// change every other second.
	recentMost = 256
)

// slim makes a summary whose children cost what was observed. One of
// client_golang's keeps buffers of 68 KiB for its quantiles from the start,
// which with 500 jobs that are synced every few minutes was half of the
// server's heap. What it exposes stays the same, so slimming is for nobody to
// notice: name, labels, count, sum, and the quantiles of the last ten minutes.
//
// A SummaryVec is a MetricVec, which makes its children by a function that the
// one put in its place brings along.
func slim(v *prometheus.SummaryVec, desc *prometheus.Desc) {
	v.MetricVec = prometheus.NewMetricVec(desc, func(lvs ...string) prometheus.Metric {
		return &recent{desc: desc, labels: slices.Clone(lvs), created: time.Now(), now: time.Now}
	})
}

// recent is a summary of few observations.
type recent struct {
	desc    *prometheus.Desc
	labels  []string
	created time.Time
	now     func() time.Time

	mu    sync.Mutex // guards what follows
	count uint64
	sum   float64
	last  []observation // the oldest first
}

type observation struct {
	at    int64 // Unix time in ns
	value float64
}

// Observe implements prometheus.Observer.
func (r *recent) Observe(v float64) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	r.sum += v
	r.expire(now)
	if len(r.last) == recentMost {
		r.last = append(r.last[:0], r.last[1:]...)
	}
	r.last = append(r.last, observation{now.UnixNano(), v})
}

func (r *recent) expire(now time.Time) {
	since := now.Add(-recentAge).UnixNano()
	n := 0
	for n < len(r.last) && r.last[n].at < since {
		n++
	}
	if n > 0 {
		r.last = append(r.last[:0], r.last[n:]...)
	}
}

// Desc implements prometheus.Metric.
func (r *recent) Desc() *prometheus.Desc { return r.desc }

// Write implements prometheus.Metric.
func (r *recent) Write(out *dto.Metric) error {
	r.mu.Lock()
	r.expire(r.now())
	values := make([]float64, len(r.last))
	for i, o := range r.last {
		values[i] = o.value
	}
	count, sum := r.count, r.sum
	r.mu.Unlock()

	slices.Sort(values)
	quantiles := map[float64]float64{}
	for _, q := range []float64{0.01, 0.05, 0.5, 0.9, 0.99} {
		quantiles[q] = math.NaN() // as upstream's after ten quiet minutes
		if n := len(values); n > 0 {
			quantiles[q] = values[max(int(math.Ceil(q*float64(n))), 1)-1]
		}
	}
	m, err := prometheus.NewConstSummaryWithCreatedTimestamp(r.desc, count, sum, quantiles, r.created, r.labels...)
	if err != nil {
		return err
	}
	return m.Write(out)
}
