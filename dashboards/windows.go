package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// windows shows nodes that run Windows, whose exporter speaks of other things than Linux'.
func windows() *dashboard.DashboardBuilder {
	const (
		sel = `job="windows-exporter", cluster="$cluster", instance=~"$instance"`
		cpu = `1 - avg by (instance) (rate(windows_cpu_time_total{` + sel + `, mode="idle"}[$__rate_interval]))`
		mem = `1 - max by (instance) (windows_memory_available_bytes{` + sel + `}) / max by (instance) (windows_memory_physical_total_bytes{` + sel + `})`
		dsk = `max by (instance, volume) (1 - windows_logical_disk_free_bytes{` + sel + `} / windows_logical_disk_size_bytes{` + sel + `})`
		// Series of containers name them by an id; kube-state-metrics knows whose it is.
		owner = ` * on (container_id) group_left (namespace, pod, container) max by (container_id, namespace, pod, container) (kube_pod_container_info{job="kube-state-metrics", cluster="$cluster", container_id!=""})`
	)
	return newDashboard("windows", "Kubernetes / Windows nodes", "Nodes that run Windows: CPU, memory, disks, network, and the containers on them. Without such nodes there is nothing to show.").
		WithVariable(anyOf("instance", "Node", `label_values(windows_os_info{job="windows-exporter", cluster="$cluster"}, instance)`)).
		WithPanel(number("Nodes", "short", "Windows nodes that tell of themselves.", `sum(up{`+sel+`})`).Span(quarter)).
		WithPanel(number("Busiest CPU", "percentunit", "How busy the CPUs of the busiest node are.", `max(`+cpu+`)`, risesTo(0.8, 0.95)...).Span(quarter)).
		WithPanel(number("Fullest memory", "percentunit", "How much memory is in use on the node with least left.", `max(`+mem+`)`, risesTo(0.8, 0.95)...).Span(quarter)).
		WithPanel(number("Fullest disk", "percentunit", "How full the fullest disk is.", `max(`+dsk+`)`, risesTo(0.8, 0.95)...).Span(quarter)).
		WithPanel(graph("CPU used", "percentunit", "Share of each node's CPUs that is busy.", query{cpu, "{{instance}}"}).Max(1)).
		WithPanel(graph("Threads waiting", "short", "Threads that are ready to run and have no CPU.",
			query{`sum by (instance) (windows_system_processor_queue_length{` + sel + `})`, "{{instance}}"})).
		WithPanel(graph("Memory used", "percentunit", "Share of each node's memory that is in use.", query{mem, "{{instance}}"}).Max(1)).
		WithPanel(graph("Pages swapped", "ops", "Pages of memory that each node writes to or reads from its page file a second.",
			query{`sum by (instance) (rate(windows_memory_swap_page_operations_total{` + sel + `}[$__rate_interval]))`, "{{instance}}"})).
		WithPanel(graph("Disks used", "percentunit", "How full each disk is.", query{dsk, "{{instance}} {{volume}}"}).Max(1)).
		WithPanel(graph("Disk traffic", "Bps", "What is read from and written to the disks of each node.",
			query{`sum by (instance) (rate(windows_logical_disk_read_bytes_total{` + sel + `}[$__rate_interval]))`, "{{instance}} read"},
			query{`sum by (instance) (rate(windows_logical_disk_write_bytes_total{` + sel + `}[$__rate_interval]))`, "{{instance}} written"})).
		WithPanel(graph("Network", "Bps", "Traffic of each node.",
			query{`sum by (instance) (rate(windows_net_bytes_received_total{` + sel + `}[$__rate_interval]))`, "{{instance}} received"},
			query{`sum by (instance) (rate(windows_net_bytes_sent_total{` + sel + `}[$__rate_interval]))`, "{{instance}} sent"})).
		WithPanel(graph("Lost packets", "pps", "Packets a second that each node threw away or that were broken.",
			query{`sum by (instance) (rate(windows_net_packets_outbound_discarded_total{` + sel + `}[$__rate_interval]) + rate(windows_net_packets_received_discarded_total{` + sel + `}[$__rate_interval]))`, "{{instance}} dropped"},
			query{`sum by (instance) (rate(windows_net_packets_outbound_errors_total{` + sel + `}[$__rate_interval]) + rate(windows_net_packets_received_errors_total{` + sel + `}[$__rate_interval]))`, "{{instance}} broken"})).
		WithRow(row("Containers")).
		WithPanel(graph("CPU by pod", "cores", "CPUs kept busy by the pods that use most.",
			query{`topk(15, sum by (namespace, pod) (rate(windows_container_cpu_usage_seconds_total{` + sel + `, container_id!=""}[$__rate_interval])` + owner + `))`, "{{namespace}}/{{pod}}"})).
		WithPanel(graph("Memory by pod", "bytes", "Memory of the pods that use most.",
			query{`topk(15, sum by (namespace, pod) (windows_container_memory_usage_private_working_set_bytes{` + sel + `, container_id!=""}` + owner + `))`, "{{namespace}}/{{pod}}"}))
}
