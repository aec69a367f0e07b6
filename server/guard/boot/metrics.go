package boot

import "github.com/prometheus/client_golang/prometheus"

// register shows the start. The figures stay for the life of the process: while
// they are made, nothing is scraped.
func register(reg prometheus.Registerer, s *Start) {
	if reg == nil {
		return
	}
	reg.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "kube_monitoring_stack_server_guard_boot_died_starts",
			Help: "Starts in a row that died during WAL replay before the one that is running.",
		}, func() float64 { return float64(len(s.Status().Died)) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "kube_monitoring_stack_server_guard_boot_replay_concurrency",
			Help: "How many CPUs replayed the WAL at the start of this process.",
		}, func() float64 { return float64(s.Concurrency()) }),
	)
}
