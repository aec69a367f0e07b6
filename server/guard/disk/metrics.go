package disk

import "github.com/prometheus/client_golang/prometheus"

const (
	// namespace begins the names of all metrics of the guards.
	namespace = "kube_monitoring_stack_server_guard_"
	prefix    = namespace + "disk_"

	sourceScrape = "scrape"
	sourceOther  = "other"
)

type metrics struct {
	pauses        prometheus.Counter
	dropped       *prometheus.CounterVec
	deletedBlocks prometheus.Counter
	deletedBytes  prometheus.Counter
	skipped       prometheus.Counter
	failures      prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, g *Guard) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: prefix + name, Help: help})
	}
	gauge := func(name, help string, f func(Status) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: prefix + name, Help: help},
			func() float64 { return f(g.Status()) })
	}
	m := &metrics{
		pauses: counter("pauses_total", "How often ingestion was paused because the reserve was reached."),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "refused_samples_total",
			Help: "Samples not ingested while paused: of scrapes they are lost, other writers were told.",
		}, []string{"source"}),
		deletedBlocks: counter("deleted_blocks_total", "Blocks deleted before their time to keep the volume from running full."),
		deletedBytes:  counter("deleted_bytes_total", "Bytes of blocks deleted before their time."),
		skipped:       counter("skipped_compactions_total", "Compactions of blocks not begun for want of room."),
		failures:      counter("check_failures_total", "How often the volume's free space could not be read."),
	}
	m.dropped.WithLabelValues(sourceScrape)
	m.dropped.WithLabelValues(sourceOther)
	if reg != nil {
		reg.MustRegister(m.pauses, m.dropped, m.deletedBlocks, m.deletedBytes, m.skipped, m.failures,
			gauge("paused", "1 while ingestion is paused.", func(s Status) float64 { return number(s.Paused) }),
			gauge("futile", "1 while no block is deleted because that would not bring back the reserve: something else fills the volume.",
				func(s Status) float64 { return number(s.Futile) }),
			gauge("available_bytes", "Free space on the data volume.", func(s Status) float64 { return float64(s.Available) }),
			gauge("reserve_bytes", "Free space below which ingestion is paused. Below twice that, the oldest blocks are deleted.",
				func(s Status) float64 { return float64(s.Reserve) }),
			gauge("volume_bytes", "Size of the data volume.", func(s Status) float64 { return float64(s.Total) }))
	}
	return m
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
