package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// node shows one machine: for each resource how much is used, how much waits and what fails.
func node() *dashboard.DashboardBuilder {
	const (
		sel      = `cluster="$cluster", instance="$instance"`
		exporter = `job="node-exporter", ` + sel
	)
	return newDashboard("node", "Kubernetes / Node", "One node's CPU, memory, disks and network: what is used, what has to wait, what goes wrong, and which pods do it.").
		WithVariable(queryVariable("instance", "Node", `label_values(node_uname_info{job="node-exporter", cluster="$cluster"}, instance)`)).
		WithPanel(number("CPU used", "percentunit", "Share of the node's CPUs that is busy.",
			`instance:node_cpu_utilisation:rate5m{`+sel+`}`, risesTo(0.8, 0.95)...)).
		WithPanel(number("Load per CPU", "short", "Threads that run or wait, for each CPU. Above 1 some wait.",
			`instance:node_load1_per_cpu:ratio{`+sel+`}`, risesTo(1, 2)...)).
		WithPanel(number("Memory used", "percentunit", "Share of memory that cannot be given away without swapping.",
			`instance:node_memory_utilisation:ratio{`+sel+`}`, risesTo(0.8, 0.95)...)).
		WithPanel(number("Fullest filesystem", "percentunit", "How full the fullest filesystem is.",
			`max(1 - node_filesystem_avail_bytes{`+exporter+`, fstype!=""} / node_filesystem_size_bytes{`+exporter+`, fstype!=""})`, risesTo(0.8, 0.95)...)).
		WithPanel(number("Pods", "short", "Pods that run on the node.",
			`count(kube_pod_info{job="kube-state-metrics", cluster="$cluster", node="$instance"})`)).
		WithPanel(number("Up since", "dateTimeFromNow", "When the node was started.",
			`1000 * max(node_boot_time_seconds{`+exporter+`})`)).
		WithPanel(stacked("CPU", "percentunit", "What the CPUs spend their time on, as a share of all of them.",
			query{`avg by (mode) (sum by (cpu, mode) (rate(node_cpu_seconds_total{` + exporter + `, mode!="idle"}[$__rate_interval])))`, "{{mode}}"}).Max(1)).
		WithPanel(graph("Load", "short", "Threads that run or wait, over 1, 5 and 15 minutes, beside the number of CPUs.",
			query{`node_load1{` + exporter + `}`, "1 minute"},
			query{`node_load5{` + exporter + `}`, "5 minutes"},
			query{`node_load15{` + exporter + `}`, "15 minutes"},
			query{`instance:node_num_cpu:sum{` + sel + `}`, "CPUs"})).
		WithPanel(stacked("Memory", "bytes", "What the node's memory is used for.",
			query{`node_memory_MemTotal_bytes{` + exporter + `} - node_memory_MemFree_bytes{` + exporter + `} - node_memory_Buffers_bytes{` + exporter + `} - node_memory_Cached_bytes{` + exporter + `}`, "used"},
			query{`node_memory_Buffers_bytes{` + exporter + `}`, "buffers"},
			query{`node_memory_Cached_bytes{` + exporter + `}`, "files"},
			query{`node_memory_MemFree_bytes{` + exporter + `}`, "free"})).
		WithPanel(graph("Memory read back from disk", "ops", "How often a page of memory had to be read from disk. Much of it means too little memory.",
			query{`instance:node_vmstat_pgmajfault:rate5m{` + sel + `}`, "major faults"})).
		WithPanel(graph("Disk traffic", "Bps", "What is read from and written to each disk.",
			query{`rate(node_disk_read_bytes_total{` + exporter + `, device!~"loop.*|ram.*|sr.*|fd.*"}[$__rate_interval])`, "{{device}} read"},
			query{`rate(node_disk_written_bytes_total{` + exporter + `, device!~"loop.*|ram.*|sr.*|fd.*"}[$__rate_interval])`, "{{device}} written"})).
		WithPanel(graph("Disk busy and waiting", "short", "Share of the time in which a disk was at work, and how many requests waited for it on average.",
			query{`instance_device:node_disk_io_time_seconds:rate5m{` + sel + `}`, "{{device}} busy"},
			query{`instance_device:node_disk_io_time_weighted_seconds:rate5m{` + sel + `}`, "{{device}} waiting"})).
		WithPanel(graph("Filesystems", "percentunit", "How full each filesystem is.",
			query{`max by (mountpoint) (1 - node_filesystem_avail_bytes{` + exporter + `, fstype!=""} / node_filesystem_size_bytes{` + exporter + `, fstype!=""})`, "{{mountpoint}}"}).Max(1)).
		WithPanel(graph("Inodes", "percentunit", "How many of each filesystem's inodes are used.",
			query{`max by (mountpoint) (1 - node_filesystem_files_free{` + exporter + `, fstype!=""} / (node_filesystem_files{` + exporter + `, fstype!=""} > 0))`, "{{mountpoint}}"}).Max(1)).
		WithPanel(graph("Network", "Bps", "Traffic of the node, its own loopback left out.",
			query{`instance:node_network_receive_bytes_excluding_lo:rate5m{` + sel + `}`, "received"},
			query{`instance:node_network_transmit_bytes_excluding_lo:rate5m{` + sel + `}`, "sent"})).
		WithPanel(graph("Network trouble", "pps", "Packets dropped and broken.",
			query{`instance:node_network_receive_drop_excluding_lo:rate5m{` + sel + `}`, "received, dropped"},
			query{`instance:node_network_transmit_drop_excluding_lo:rate5m{` + sel + `}`, "sent, dropped"},
			query{`sum(rate(node_network_receive_errs_total{` + exporter + `}[$__rate_interval]))`, "received, broken"},
			query{`sum(rate(node_network_transmit_errs_total{` + exporter + `}[$__rate_interval]))`, "sent, broken"})).
		WithRow(row("Pods")).
		WithPanel(stacked("CPU by pod", "cores", "CPUs kept busy by the pods of this node.",
			query{`sum by (namespace, pod) (node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m{cluster="$cluster", node="$instance"})`, "{{namespace}}/{{pod}}"})).
		WithPanel(stacked("Memory by pod", "bytes", "Memory that the pods of this node hold.",
			query{`sum by (namespace, pod) (node_namespace_pod_container:container_memory_working_set_bytes{cluster="$cluster", node="$instance"})`, "{{namespace}}/{{pod}}"}))
}
