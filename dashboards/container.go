package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// container shows one container: what it takes of what it may take, and what becomes of it.
func container() *dashboard.DashboardBuilder {
	const (
		sel      = `cluster="$cluster", namespace="$namespace", pod="$pod", container="$container"`
		state    = `job="kube-state-metrics", ` + sel
		cadvisor = `job="kubelet", metrics_path="/metrics/cadvisor", ` + sel
		cpu      = `sum(node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m{` + sel + `})`
		memory   = `sum(node_namespace_pod_container:container_memory_working_set_bytes{` + sel + `})`
	)
	requested := func(resource string) string {
		return `sum(kube_pod_container_resource_requests{` + state + `, resource="` + resource + `"})`
	}
	limit := func(resource string) string {
		return `sum(kube_pod_container_resource_limits{` + state + `, resource="` + resource + `"})`
	}
	return newDashboard("container", "Kubernetes / Container", "One container beside what it asked for and what it may use, why it waits and why it last ended.").
		WithVariable(namespaceVariable()).
		WithVariable(podVariable()).
		WithVariable(queryVariable("container", "Container", `label_values(kube_pod_container_info{job="kube-state-metrics", cluster="$cluster", namespace="$namespace", pod="$pod"}, container)`)).
		WithPanel(number("CPU of its request", "percentunit", "CPU in use as a share of what was requested. Far below 100 % the request keeps others out for nothing.",
			cpu+` / `+requested("cpu")).Span(quarter)).
		WithPanel(number("CPU of its limit", "percentunit", "CPU in use as a share of the limit.",
			cpu+` / `+limit("cpu"), risesTo(0.8, 0.95)...).Span(quarter)).
		WithPanel(number("Memory of its request", "percentunit", "Memory in use as a share of what was requested. Above 100 % the pod is among the first to be evicted.",
			memory+` / `+requested("memory"), risesTo(1, 1.5)...).Span(quarter)).
		WithPanel(number("Memory of its limit", "percentunit", "Memory in use as a share of the limit. At 100 % the container is killed.",
			memory+` / `+limit("memory"), risesTo(0.8, 0.95)...).Span(quarter)).
		WithPanel(graph("CPU", "cores", "CPUs kept busy, and what was requested and allowed.",
			query{cpu, "used"}, query{requested("cpu"), "requested"}, query{limit("cpu"), "limit"})).
		WithPanel(graph("Memory", "bytes", "Memory that cannot be taken from it, and what was requested and allowed.",
			query{memory, "used"}, query{requested("memory"), "requested"}, query{limit("memory"), "limit"})).
		WithPanel(limited(graph("Held back by the CPU limit", "percentunit", "Share of its time slices in which it wanted more CPU than its limit. Without a limit there is nothing to show.",
			query{`sum(rate(container_cpu_cfs_throttled_periods_total{` + cadvisor + `}[$__rate_interval])) / sum(rate(container_cpu_cfs_periods_total{` + cadvisor + `}[$__rate_interval]))`, "held back"}), 0.25, 0.5)).
		WithPanel(stacked("Kinds of memory", "bytes", "Memory of its processes, and of files kept at hand, which can be given away.",
			query{`sum(node_namespace_pod_container:container_memory_rss{` + sel + `})`, "processes"},
			query{`sum(node_namespace_pod_container:container_memory_cache{` + sel + `})`, "files"})).
		WithPanel(graph("Disk", "Bps", "What it reads from and writes to the node's disks.",
			query{`sum(rate(container_fs_reads_bytes_total{` + cadvisor + `}[$__rate_interval]))`, "read"},
			query{`sum(rate(container_fs_writes_bytes_total{` + cadvisor + `}[$__rate_interval]))`, "written"})).
		WithPanel(graph("Processes", "short", "Processes in it. A number that only grows means that nobody waits for those that end.",
			query{`sum(container_processes{` + cadvisor + `})`, "processes"})).
		WithPanel(graph("Restarts", "short", "How often it has been started anew, in each interval.",
			query{`sum(increase(kube_pod_container_status_restarts_total{` + state + `}[$__rate_interval]))`, "restarts"})).
		WithPanel(graph("Waits and ends", "short", "1 while it waits for the reason shown, or last ended for it.",
			query{`max by (reason) (kube_pod_container_status_waiting_reason{` + state + `}) > 0`, "waits: {{reason}}"},
			query{`max by (reason) (kube_pod_container_status_last_terminated_reason{` + state + `}) > 0`, "ended: {{reason}}"}))
}
