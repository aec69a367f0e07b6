package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// namespace shows one namespace, by workload and by pod.
func namespace() *dashboard.DashboardBuilder {
	return newDashboard("namespace", "Kubernetes / Namespace", "What the workloads and pods of one namespace use, and whether they are well.").
		WithVariable(namespaceVariable()).
		WithPanel(number("Pods running", "short", "Pods in phase Running.",
			`sum(kube_pod_status_phase{job="kube-state-metrics", cluster="$cluster", namespace="$namespace", phase="Running"}) or vector(0)`).Span(quarter)).
		WithPanel(number("Pods not running", "short", "Pods that wait to start, failed, or are out of sight.",
			`sum(kube_pod_status_phase{job="kube-state-metrics", cluster="$cluster", namespace="$namespace", phase=~"Pending|Failed|Unknown"}) or vector(0)`, risesTo(1, 5)...).Span(quarter)).
		WithPanel(number("Restarts in an hour", "short", "How often containers were started anew in the last hour.",
			`sum(increase(kube_pod_container_status_restarts_total{job="kube-state-metrics", cluster="$cluster", namespace="$namespace"}[1h])) or vector(0)`, risesTo(1, 10)...).Span(quarter).Decimals(0)).
		WithPanel(number("Alerts firing", "short", "Alerts on this namespace that fire now.",
			`count(ALERTS{cluster="$cluster", namespace="$namespace", alertstate="firing"}) or vector(0)`, risesTo(1, 5)...).Span(quarter)).
		WithPanel(list("Workloads", "What each workload's pods use. Choose one to see it alone.", "workload", "workload",
			column{"Pods", "short", `count by (workload) (namespace_workload_pod:kube_pod_owner:relabel{cluster="$cluster", namespace="$namespace"})`},
			column{"CPU used", "cores", byWorkload(`node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m`)},
			column{"CPU requested", "cores", byWorkload(`cluster:namespace:pod_cpu:active:kube_pod_container_resource_requests`)},
			column{"Memory used", "bytes", byWorkload(`node_namespace_pod_container:container_memory_working_set_bytes`)},
			column{"Memory requested", "bytes", byWorkload(`cluster:namespace:pod_memory:active:kube_pod_container_resource_requests`)},
		)).
		WithPanel(stacked("CPU by pod", "cores", "CPUs kept busy by each pod's containers.",
			query{`sum by (pod) (node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m{cluster="$cluster", namespace="$namespace"})`, "{{pod}}"})).
		WithPanel(stacked("Memory by pod", "bytes", "Memory that each pod's containers hold and that cannot be taken from them.",
			query{`sum by (pod) (node_namespace_pod_container:container_memory_working_set_bytes{cluster="$cluster", namespace="$namespace"})`, "{{pod}}"})).
		WithPanel(graph("Received by pod", "Bps", "Network traffic into each pod.",
			query{`sum by (pod) (rate(container_network_receive_bytes_total{job="kubelet", metrics_path="/metrics/cadvisor", cluster="$cluster", namespace="$namespace"}[$__rate_interval]))`, "{{pod}}"})).
		WithPanel(graph("Sent by pod", "Bps", "Network traffic out of each pod.",
			query{`sum by (pod) (rate(container_network_transmit_bytes_total{job="kubelet", metrics_path="/metrics/cadvisor", cluster="$cluster", namespace="$namespace"}[$__rate_interval]))`, "{{pod}}"})).
		WithPanel(graph("Quota", "percentunit", "How much of each quota is used. Without a quota there is nothing to show.",
			query{`max by (resourcequota, resource) (kube_resourcequota{job="kube-state-metrics", cluster="$cluster", namespace="$namespace", type="used"}) / max by (resourcequota, resource) (kube_resourcequota{job="kube-state-metrics", cluster="$cluster", namespace="$namespace", type="hard"} > 0)`, "{{resourcequota}} {{resource}}"})).
		WithPanel(graph("Volumes", "percentunit", "How full the namespace's persistent volumes are.",
			query{`max by (persistentvolumeclaim) (1 - kubelet_volume_stats_available_bytes{job="kubelet", cluster="$cluster", namespace="$namespace"} / kubelet_volume_stats_capacity_bytes{job="kubelet", cluster="$cluster", namespace="$namespace"})`, "{{persistentvolumeclaim}}"}).Max(1))
}

// byWorkload adds up a metric of pods by the workload they belong to, in the chosen namespace.
func byWorkload(metric string) string {
	return `sum by (workload) (sum by (pod) (` + metric + `{cluster="$cluster", namespace="$namespace"}) * on (pod) group_left (workload) max by (pod, workload) (namespace_workload_pod:kube_pod_owner:relabel{cluster="$cluster", namespace="$namespace"}))`
}
