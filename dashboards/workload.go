package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// workload shows one Deployment, StatefulSet, DaemonSet or Job by its pods.
func workload() *dashboard.DashboardBuilder {
	return newDashboard("workload", "Kubernetes / Workload", "What the pods of one workload use, beside what they were promised.").
		WithVariable(namespaceVariable()).
		WithVariable(queryVariable("workload", "Workload", `label_values(namespace_workload_pod:kube_pod_owner:relabel{cluster="$cluster", namespace="$namespace"}, workload)`)).
		WithPanel(list("Pods", "What each pod uses. Choose one to see its containers.", "pod", "pod",
			column{"CPU used", "cores", ofWorkload(`node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m`)},
			column{"CPU requested", "cores", ofWorkload(`cluster:namespace:pod_cpu:active:kube_pod_container_resource_requests`)},
			column{"CPU limit", "cores", ofWorkload(`cluster:namespace:pod_cpu:active:kube_pod_container_resource_limits`)},
			column{"Memory used", "bytes", ofWorkload(`node_namespace_pod_container:container_memory_working_set_bytes`)},
			column{"Memory requested", "bytes", ofWorkload(`cluster:namespace:pod_memory:active:kube_pod_container_resource_requests`)},
			column{"Memory limit", "bytes", ofWorkload(`cluster:namespace:pod_memory:active:kube_pod_container_resource_limits`)},
			column{"Restarts", "short", `sum by (pod) (kube_pod_container_status_restarts_total{job="kube-state-metrics", cluster="$cluster", namespace="$namespace"})` + podsOfWorkload},
		)).
		WithPanel(stacked("CPU by pod", "cores", "CPUs kept busy by each pod's containers.",
			query{ofWorkload(`node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m`), "{{pod}}"})).
		WithPanel(stacked("Memory by pod", "bytes", "Memory that each pod's containers hold and that cannot be taken from them.",
			query{ofWorkload(`node_namespace_pod_container:container_memory_working_set_bytes`), "{{pod}}"})).
		WithPanel(graph("Received by pod", "Bps", "Network traffic into each pod.",
			query{rateOfWorkload(`container_network_receive_bytes_total`), "{{pod}}"})).
		WithPanel(graph("Sent by pod", "Bps", "Network traffic out of each pod.",
			query{rateOfWorkload(`container_network_transmit_bytes_total`), "{{pod}}"}))
}

const podsOfWorkload = ` * on (pod) group_left () max by (pod) (namespace_workload_pod:kube_pod_owner:relabel{cluster="$cluster", namespace="$namespace", workload="$workload"})`

// ofWorkload adds up a metric by pod, for the pods of the chosen workload.
func ofWorkload(metric string) string {
	return `sum by (pod) (` + metric + `{cluster="$cluster", namespace="$namespace"})` + podsOfWorkload
}

// rateOfWorkload does the same for a counter of cAdvisor.
func rateOfWorkload(metric string) string {
	return `sum by (pod) (rate(` + metric + `{job="kubelet", metrics_path="/metrics/cadvisor", cluster="$cluster", namespace="$namespace"}[$__rate_interval]))` + podsOfWorkload
}
