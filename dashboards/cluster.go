package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// cluster is where one starts: is there enough of everything, and who uses it.
func cluster() *dashboard.DashboardBuilder {
	return newDashboard("cluster", "Kubernetes / Cluster", "What the cluster has, what was promised of it and what is used, by namespace.").
		WithPanel(number("CPU used", "percentunit", "Share of all CPUs of all nodes that is busy.",
			`cluster:node_cpu:ratio_rate5m{cluster="$cluster"}`, risesTo(0.8, 0.95)...)).
		WithPanel(number("CPU requested", "percentunit", "CPU requests of all pods that run or wait, as a share of what nodes have to give. Above 100 % no node has room.",
			`sum(namespace_cpu:kube_pod_container_resource_requests:sum{cluster="$cluster"}) / sum(kube_node_status_allocatable{job="kube-state-metrics", cluster="$cluster", resource="cpu"})`, risesTo(0.8, 1)...)).
		WithPanel(number("Memory used", "percentunit", "Share of all nodes' memory that cannot be given away without swapping.",
			`1 - sum(node_memory_MemAvailable_bytes{job="node-exporter", cluster="$cluster"}) / sum(node_memory_MemTotal_bytes{job="node-exporter", cluster="$cluster"})`, risesTo(0.8, 0.95)...)).
		WithPanel(number("Memory requested", "percentunit", "Memory requests of all pods that run or wait, as a share of what nodes have to give.",
			`sum(namespace_memory:kube_pod_container_resource_requests:sum{cluster="$cluster"}) / sum(kube_node_status_allocatable{job="kube-state-metrics", cluster="$cluster", resource="memory"})`, risesTo(0.8, 1)...)).
		WithPanel(number("Pods running", "short", "Pods in phase Running.",
			`sum(kube_pod_status_phase{job="kube-state-metrics", cluster="$cluster", phase="Running"})`)).
		WithPanel(number("Alerts firing", "short", "Alerts that fire now, Watchdog left out.",
			`count(ALERTS{cluster="$cluster", alertstate="firing", alertname!="Watchdog"}) or vector(0)`, risesTo(1, 10)...)).
		WithRow(row("Namespaces")).
		WithPanel(list("Namespaces", "Each namespace's pods and what they use and ask for. Choose one to see its pods.", "namespace", "namespace",
			column{"Pods", "short", `sum by (namespace) (kube_pod_status_phase{job="kube-state-metrics", cluster="$cluster", phase="Running"})`},
			column{"CPU used", "cores", `sum by (namespace) (node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m{cluster="$cluster"})`},
			column{"CPU requested", "cores", `sum by (namespace) (namespace_cpu:kube_pod_container_resource_requests:sum{cluster="$cluster"})`},
			column{"CPU limit", "cores", `sum by (namespace) (namespace_cpu:kube_pod_container_resource_limits:sum{cluster="$cluster"})`},
			column{"Memory used", "bytes", `sum by (namespace) (node_namespace_pod_container:container_memory_working_set_bytes{cluster="$cluster"})`},
			column{"Memory requested", "bytes", `sum by (namespace) (namespace_memory:kube_pod_container_resource_requests:sum{cluster="$cluster"})`},
			column{"Memory limit", "bytes", `sum by (namespace) (namespace_memory:kube_pod_container_resource_limits:sum{cluster="$cluster"})`},
		)).
		WithPanel(stacked("CPU by namespace", "cores", "CPUs kept busy by the containers of each namespace.",
			query{`sum by (namespace) (node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m{cluster="$cluster"})`, "{{namespace}}"})).
		WithPanel(stacked("Memory by namespace", "bytes", "Memory that the containers of each namespace hold and that cannot be taken from them.",
			query{`sum by (namespace) (node_namespace_pod_container:container_memory_working_set_bytes{cluster="$cluster"})`, "{{namespace}}"})).
		WithPanel(graph("Received by namespace", "Bps", "Network traffic into the pods of each namespace. Pods in their node's network are left out: they cannot be told from the node.",
			query{`sum by (namespace) (rate(container_network_receive_bytes_total{job="kubelet", metrics_path="/metrics/cadvisor", cluster="$cluster", namespace!=""}[$__rate_interval]))`, "{{namespace}}"})).
		WithPanel(graph("Sent by namespace", "Bps", "Network traffic out of the pods of each namespace.",
			query{`sum by (namespace) (rate(container_network_transmit_bytes_total{job="kubelet", metrics_path="/metrics/cadvisor", cluster="$cluster", namespace!=""}[$__rate_interval]))`, "{{namespace}}"})).
		WithRow(row("Nodes")).
		WithPanel(list("Nodes", "How busy each node is. Choose one to see it alone.", "instance", "node",
			column{"CPUs", "short", `max by (instance) (instance:node_num_cpu:sum{cluster="$cluster"})`},
			column{"CPU used", "percentunit", `max by (instance) (instance:node_cpu_utilisation:rate5m{cluster="$cluster"})`},
			column{"Load per CPU", "short", `max by (instance) (instance:node_load1_per_cpu:ratio{cluster="$cluster"})`},
			column{"Memory used", "percentunit", `max by (instance) (instance:node_memory_utilisation:ratio{cluster="$cluster"})`},
			column{"Received", "Bps", `max by (instance) (instance:node_network_receive_bytes_excluding_lo:rate5m{cluster="$cluster"})`},
			column{"Sent", "Bps", `max by (instance) (instance:node_network_transmit_bytes_excluding_lo:rate5m{cluster="$cluster"})`},
		))
}
