package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// kubelet shows how the agents on the nodes start and watch over containers.
func kubelet() *dashboard.DashboardBuilder {
	const sel = `job="kubelet", metrics_path="/metrics", cluster="$cluster", node=~"$node"`
	d := newDashboard("kubelet", "Kubernetes / Kubelet", "How kubelets start pods, watch over them and treat their volumes.").
		WithVariable(anyOf("node", "Node", `label_values(kubelet_running_pods{job="kubelet", cluster="$cluster"}, node)`)).
		WithPanel(number("Answering", "percentunit", "Share of kubelets that can be scraped.",
			`avg(up{`+sel+`})`, fallsTo(1)...)).
		WithPanel(number("Pods", "short", "Pods that run.", `sum(kubelet_running_pods{`+sel+`})`)).
		WithPanel(number("Containers", "short", "Containers that run.", `sum(kubelet_running_containers{`+sel+`, container_state="running"})`)).
		WithPanel(number("Pod start", "s", "From the sight of a pod to its running, at the slowest hundredth of the last hour.",
			`histogram_quantile(0.99, sum by (le) (rate(kubelet_pod_start_duration_seconds_bucket{`+sel+`}[1h])))`, risesTo(30, 60)...)).
		WithPanel(number("Failed operations", "ops", "What the container runtime could not do, a second.",
			`sum(rate(kubelet_runtime_operations_errors_total{`+sel+`}[$__rate_interval])) or vector(0)`, risesTo(0.1, 1)...)).
		WithPanel(number("Evictions", "short", "Pods that kubelets ended in the last day because a node was short of something.",
			`sum(increase(kubelet_evictions{`+sel+`}[1d])) or vector(0)`, risesTo(1, 10)...)).
		WithRow(row("Pods")).
		WithPanel(graph("Pods", "short", "Pods that run on each node.",
			query{`max by (node) (kubelet_running_pods{` + sel + `})`, "{{node}}"})).
		WithPanel(graph("Time to start a pod", "s", "From the sight of a pod to its running, pulling of images included, at the slowest hundredth.",
			query{quantile("0.99", "node", "kubelet_pod_start_duration_seconds", sel), "{{node}}"})).
		WithPanel(limited(graph("Time to look at a pod", "s", "How long a kubelet needs to bring a pod to what it should be, at the slowest hundredth.",
			query{quantile("0.99", "node", "kubelet_pod_worker_duration_seconds", sel), "{{node}}"}), 30, 60)).
		WithPanel(graph("Probes", "ops", "Probes a second by their result.",
			query{`sum by (probe_type, result) (rate(prober_probe_total{job="kubelet", cluster="$cluster", node=~"$node"}[$__rate_interval]))`, "{{probe_type}} {{result}}"})).
		WithRow(row("Container runtime")).
		WithPanel(limited(graph("Time to list containers", "s", "How long it takes to look at all containers, at the slowest hundredth. At 3 minutes the node is not ready.",
			query{quantile("0.99", "node", "kubelet_pleg_relist_duration_seconds", sel), "{{node}}"}), 1, 10)).
		WithPanel(graph("Operations", "ops", "What the container runtime is asked for a second.",
			query{`topk(10, sum by (operation_type) (rate(kubelet_runtime_operations_total{` + sel + `}[$__rate_interval])))`, "{{operation_type}}"})).
		WithPanel(graph("Time of operations", "s", "How long the slowest operations of the runtime take, at the slowest hundredth.",
			query{`topk(10, ` + quantile("0.99", "operation_type", "kubelet_runtime_operations_duration_seconds", sel) + `)`, "{{operation_type}}"})).
		WithPanel(graph("Failed operations", "ops", "What the container runtime could not do, a second.",
			query{`sum by (operation_type) (rate(kubelet_runtime_operations_errors_total{` + sel + `}[$__rate_interval]))`, "{{operation_type}}"})).
		WithRow(row("Volumes and control groups")).
		WithPanel(graph("Time of volumes", "s", "How long it takes on average to attach, mount and unmount volumes.",
			query{mean("operation_name", "storage_operation_duration_seconds", sel), "{{operation_name}}"})).
		WithPanel(graph("Failed volumes", "ops", "Operations on volumes a second that failed.",
			query{`sum by (operation_name, status) (rate(storage_operation_duration_seconds_count{` + sel + `, status!="success"}[$__rate_interval]))`, "{{operation_name}} {{status}}"})).
		WithPanel(graph("Time of control groups", "s", "How long changes of control groups take at the slowest hundredth.",
			query{quantile("0.99", "operation_type", "kubelet_cgroup_manager_duration_seconds", sel), "{{operation_type}}"})).
		WithPanel(graph("Volumes", "short", "Volumes that kubelets know of, by what holds them and whether they are there as they should be.",
			query{`sum by (plugin_name, state) (volume_manager_total_volumes{` + sel + `})`, "{{plugin_name}} {{state}}"}))
	return withProcess(withClient(d, sel), sel)
}
