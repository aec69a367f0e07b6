package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// pod shows one pod by its containers.
func pod() *dashboard.DashboardBuilder {
	const (
		sel      = `cluster="$cluster", namespace="$namespace", pod="$pod"`
		state    = `job="kube-state-metrics", ` + sel
		cadvisor = `job="kubelet", metrics_path="/metrics/cadvisor", ` + sel
	)
	return newDashboard("pod", "Kubernetes / Pod", "What the containers of one pod use, where their limits are, and how often they were restarted.").
		WithVariable(namespaceVariable()).
		WithVariable(podVariable()).
		WithPanel(list("Containers", "What each container uses. Choose one to see it alone.", "container", "container",
			column{"CPU used", "cores", `sum by (container) (node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m{` + sel + `})`},
			column{"CPU requested", "cores", `sum by (container) (kube_pod_container_resource_requests{` + state + `, resource="cpu"})`},
			column{"CPU limit", "cores", `sum by (container) (kube_pod_container_resource_limits{` + state + `, resource="cpu"})`},
			column{"Memory used", "bytes", `sum by (container) (node_namespace_pod_container:container_memory_working_set_bytes{` + sel + `})`},
			column{"Memory requested", "bytes", `sum by (container) (kube_pod_container_resource_requests{` + state + `, resource="memory"})`},
			column{"Memory limit", "bytes", `sum by (container) (kube_pod_container_resource_limits{` + state + `, resource="memory"})`},
			column{"Restarts", "short", `sum by (container) (kube_pod_container_status_restarts_total{` + state + `})`},
		).Height(graphHeight)).
		WithPanel(graph("CPU", "cores", "CPUs kept busy by each container, and what each was promised and allowed.",
			query{`sum by (container) (node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m{` + sel + `})`, "{{container}}"},
			query{`sum by (container) (kube_pod_container_resource_requests{` + state + `, resource="cpu"})`, "{{container}} requested"},
			query{`sum by (container) (kube_pod_container_resource_limits{` + state + `, resource="cpu"})`, "{{container}} limit"})).
		WithPanel(graph("Memory", "bytes", "Memory that each container holds and that cannot be taken from it, and what each was promised and allowed. At its limit a container is killed.",
			query{`sum by (container) (node_namespace_pod_container:container_memory_working_set_bytes{` + sel + `})`, "{{container}}"},
			query{`sum by (container) (kube_pod_container_resource_requests{` + state + `, resource="memory"})`, "{{container}} requested"},
			query{`sum by (container) (kube_pod_container_resource_limits{` + state + `, resource="memory"})`, "{{container}} limit"})).
		WithPanel(graph("Held back by the CPU limit", "percentunit", "Share of its time slices in which a container wanted more CPU than its limit. Containers without a limit are not shown.",
			query{`sum by (container) (rate(container_cpu_cfs_throttled_periods_total{` + cadvisor + `, container!=""}[$__rate_interval])) / sum by (container) (rate(container_cpu_cfs_periods_total{` + cadvisor + `, container!=""}[$__rate_interval]))`, "{{container}}"}).Max(1)).
		WithPanel(graph("Kinds of memory", "bytes", "Memory of the processes themselves, and of files kept at hand, which can be given away.",
			query{`sum by (container) (node_namespace_pod_container:container_memory_rss{` + sel + `})`, "{{container}} processes"},
			query{`sum by (container) (node_namespace_pod_container:container_memory_cache{` + sel + `})`, "{{container}} files"})).
		WithPanel(graph("Network", "Bps", "Traffic of the pod. All of its containers share one network.",
			query{`sum(rate(container_network_receive_bytes_total{` + cadvisor + `}[$__rate_interval]))`, "received"},
			query{`sum(rate(container_network_transmit_bytes_total{` + cadvisor + `}[$__rate_interval]))`, "sent"})).
		WithPanel(graph("Dropped packets", "pps", "Packets that were thrown away on their way to or from the pod.",
			query{`sum(rate(container_network_receive_packets_dropped_total{` + cadvisor + `}[$__rate_interval]))`, "received"},
			query{`sum(rate(container_network_transmit_packets_dropped_total{` + cadvisor + `}[$__rate_interval]))`, "sent"})).
		WithPanel(graph("Disk", "Bps", "What each container reads from and writes to the node's disks.",
			query{`sum by (container) (rate(container_fs_reads_bytes_total{` + cadvisor + `, container!=""}[$__rate_interval]))`, "{{container}} read"},
			query{`sum by (container) (rate(container_fs_writes_bytes_total{` + cadvisor + `, container!=""}[$__rate_interval]))`, "{{container}} written"})).
		WithPanel(graph("Restarts", "short", "How often each container has been started anew since the pod was made.",
			query{`sum by (container) (kube_pod_container_status_restarts_total{` + state + `})`, "{{container}}"}))
}
