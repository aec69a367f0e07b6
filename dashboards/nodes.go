package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// nodes compares all machines: for each resource how much is used and how much has to wait.
func nodes() *dashboard.DashboardBuilder {
	const (
		sel      = `cluster="$cluster", instance=~"$instance"`
		exporter = `job="node-exporter", ` + sel
		full     = `max by (instance) (1 - node_filesystem_avail_bytes{` + exporter + `, fstype!=""} / node_filesystem_size_bytes{` + exporter + `, fstype!=""})`
	)
	return newDashboard("nodes", "Kubernetes / Nodes", "All nodes beside each other: what is used of CPU, memory, disks and network, and what has to wait for them.").
		WithVariable(anyOf("instance", "Node", `label_values(node_uname_info{job="node-exporter", cluster="$cluster"}, instance)`)).
		WithPanel(number("Nodes", "short", "Nodes that tell of themselves.", `count(node_uname_info{`+exporter+`})`)).
		WithPanel(number("Not ready", "short", "Nodes that Kubernetes does not use.",
			`count(kube_node_status_condition{job="kube-state-metrics", cluster="$cluster", condition="Ready", status="true"} == 0) or vector(0)`, risesTo(1, 2)...)).
		WithPanel(number("Busiest CPU", "percentunit", "How busy the CPUs of the busiest node are.",
			`max(instance:node_cpu_utilisation:rate5m{`+sel+`})`, risesTo(0.8, 0.95)...)).
		WithPanel(number("Fullest memory", "percentunit", "How much memory is in use on the node with least left.",
			`max(instance:node_memory_utilisation:ratio{`+sel+`})`, risesTo(0.8, 0.95)...)).
		WithPanel(number("Fullest filesystem", "percentunit", "How full the fullest filesystem of any node is.",
			`max(`+full+`)`, risesTo(0.8, 0.95)...)).
		WithPanel(number("Killed for memory", "short", "Processes that kernels killed for want of memory in the last hour.",
			`sum(increase(node_vmstat_oom_kill{`+exporter+`}[1h]))`, risesTo(1, 5)...)).
		WithPanel(list("Nodes", "All nodes. Choose one to see it alone.", "instance", "node",
			column{"CPUs", "short", `max by (instance) (instance:node_num_cpu:sum{` + sel + `})`},
			column{"CPU used", "percentunit", `max by (instance) (instance:node_cpu_utilisation:rate5m{` + sel + `})`},
			column{"Load per CPU", "short", `max by (instance) (instance:node_load1_per_cpu:ratio{` + sel + `})`},
			column{"Memory", "bytes", `max by (instance) (node_memory_MemTotal_bytes{` + exporter + `})`},
			column{"Memory used", "percentunit", `max by (instance) (instance:node_memory_utilisation:ratio{` + sel + `})`},
			column{"Fullest filesystem", "percentunit", full},
			column{"Up since", "dateTimeFromNow", `1000 * max by (instance) (node_boot_time_seconds{` + exporter + `})`},
		)).
		WithRow(row("CPU")).
		WithPanel(graph("CPU used", "percentunit", "Share of each node's CPUs that is busy.",
			query{`instance:node_cpu_utilisation:rate5m{` + sel + `}`, "{{instance}}"}).Max(1)).
		WithPanel(limited(graph("Load per CPU", "short", "Threads that run or wait, for each CPU. Above 1 some wait.",
			query{`instance:node_load1_per_cpu:ratio{` + sel + `}`, "{{instance}}"}), 1, 3)).
		WithRow(row("Memory")).
		WithPanel(graph("Memory used", "percentunit", "Share of each node's memory that cannot be given away without swapping.",
			query{`instance:node_memory_utilisation:ratio{` + sel + `}`, "{{instance}}"}).Max(1)).
		WithPanel(limited(graph("Read back from disk", "ops", "How often a page of memory had to be read from disk, a second. Much of it means too little memory.",
			query{`instance:node_vmstat_pgmajfault:rate5m{` + sel + `}`, "{{instance}}"}), 100, 500)).
		WithRow(row("Disks")).
		WithPanel(graph("Disks busy", "percentunit", "Share of the time in which the busiest disk of each node was at work.",
			query{`max by (instance) (instance_device:node_disk_io_time_seconds:rate5m{` + sel + `})`, "{{instance}}"}).Max(1)).
		WithPanel(limited(graph("Waiting for disks", "short", "Requests that wait for the slowest disk of each node, on average.",
			query{`max by (instance) (instance_device:node_disk_io_time_weighted_seconds:rate5m{` + sel + `})`, "{{instance}}"}), 5, 10)).
		WithPanel(graph("Fullest filesystem", "percentunit", "How full the fullest filesystem of each node is.",
			query{full, "{{instance}}"}).Max(1)).
		WithPanel(graph("Files open", "percentunit", "Share of the files that each node may open at a time.",
			query{`max by (instance) (node_filefd_allocated{` + exporter + `} / node_filefd_maximum{` + exporter + `})`, "{{instance}}"})).
		WithRow(row("Network")).
		WithPanel(graph("Received", "Bps", "Traffic that each node receives, its own loopback left out.",
			query{`instance:node_network_receive_bytes_excluding_lo:rate5m{` + sel + `}`, "{{instance}}"})).
		WithPanel(graph("Sent", "Bps", "Traffic that each node sends.",
			query{`instance:node_network_transmit_bytes_excluding_lo:rate5m{` + sel + `}`, "{{instance}}"})).
		WithPanel(graph("Dropped", "pps", "Packets a second that each node threw away.",
			query{`instance:node_network_receive_drop_excluding_lo:rate5m{` + sel + `}`, "{{instance}} received"},
			query{`instance:node_network_transmit_drop_excluding_lo:rate5m{` + sel + `}`, "{{instance}} sent"})).
		WithPanel(graph("Clocks", "s", "How far each node's clock is off.",
			query{`abs(max by (instance) (node_timex_offset_seconds{` + exporter + `}))`, "{{instance}}"}))
}
