package series

import "github.com/prometheus/client_golang/prometheus"

const prefix = "kube_monitoring_stack_server_guard_series_"

// collector shows the costs. What only the API tells, such as samples per
// second, is left out: with thousands of drop-ins each metric counts.
type collector struct{ owners *owners }

func desc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(prefix+name, help, []string{"dropin"}, nil)
}

func descs() (active, inMemory, budget, refused *prometheus.Desc) {
	return desc("active", "Series that the last scrapes of the drop-in, or of the job of the base configuration, brought."),
		desc("in_memory", "Series of the drop-in in memory, where they stay for hours after their last sample."),
		desc("budget", "How many active series the drop-in may have. In memory it may have twice as many."),
		desc("refused_total", "New series refused because their drop-in is over its budget, once in each scrape that brings them.")
}

func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	active, inMemory, budget, refused := descs()
	ch <- active
	ch <- inMemory
	ch <- budget
	ch <- refused
}

func (c *collector) Collect(ch chan<- prometheus.Metric) {
	active, memory, budget, refused := descs()
	for _, o := range c.owners.all() {
		cost := o.cost()
		gauge := func(d *prometheus.Desc, v int64) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), cost.Owner)
		}
		gauge(active, cost.Series)
		gauge(memory, cost.SeriesInMemory)
		if cost.Budget > 0 {
			gauge(budget, cost.Budget)
			ch <- prometheus.MustNewConstMetric(refused, prometheus.CounterValue, float64(cost.refusedEver), cost.Owner)
		}
	}
}
