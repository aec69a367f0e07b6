package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// volumes shows how full persistent volumes are, and which claims have none.
func volumes() *dashboard.DashboardBuilder {
	const (
		sel   = `job="kubelet", cluster="$cluster", namespace=~"$namespace", persistentvolumeclaim=~"$persistentvolumeclaim"`
		state = `job="kube-state-metrics", cluster="$cluster"`
		claim = `namespace, persistentvolumeclaim`
		used  = `max by (` + claim + `) (1 - kubelet_volume_stats_available_bytes{` + sel + `} / (kubelet_volume_stats_capacity_bytes{` + sel + `} > 0))`
		files = `max by (` + claim + `) (kubelet_volume_stats_inodes_used{` + sel + `} / (kubelet_volume_stats_inodes{` + sel + `} > 0))`
	)
	return newDashboard("volumes", "Kubernetes / Persistent volumes", "How full persistent volumes are and how soon they will be, and claims that have no volume. Volumes whose driver tells nothing are left out.").
		WithVariable(anyOf("namespace", "Namespace", `label_values(kube_persistentvolumeclaim_info{job="kube-state-metrics", cluster="$cluster"}, namespace)`)).
		WithVariable(anyOf("persistentvolumeclaim", "Claim", `label_values(kube_persistentvolumeclaim_info{job="kube-state-metrics", cluster="$cluster", namespace=~"$namespace"}, persistentvolumeclaim)`)).
		WithPanel(number("Claims", "short", "Claims that have a volume.", `sum(kube_persistentvolumeclaim_status_phase{`+state+`, namespace=~"$namespace", phase="Bound"})`)).
		WithPanel(number("Claims without a volume", "short", "Claims that wait for a volume, or have lost theirs.",
			`sum(kube_persistentvolumeclaim_status_phase{`+state+`, namespace=~"$namespace", phase=~"Pending|Lost"})`, risesTo(1, 5)...)).
		WithPanel(number("Volumes that failed", "short", "Volumes of the whole cluster that cannot be used.",
			`sum(kube_persistentvolume_status_phase{`+state+`, phase="Failed"}) or vector(0)`, risesTo(1, 2)...)).
		WithPanel(number("Fullest", "percentunit", "How full the fullest volume is.", `max(`+used+`)`, risesTo(0.85, 0.97)...)).
		WithPanel(number("Fullest by files", "percentunit", "How many of its inodes the volume with fewest left has used.", `max(`+files+`)`, risesTo(0.85, 0.97)...)).
		WithPanel(number("Full within four days", "short", "Volumes that will be full within four days at the pace of the last 6 hours.",
			`count(predict_linear(kubelet_volume_stats_available_bytes{`+sel+`}[6h], 4 * 24 * 3600) < 0) or vector(0)`, risesTo(1, 2)...)).
		WithPanel(limited(graph("Space used", "percentunit", "How full each volume is.",
			query{`topk(20, ` + used + `)`, "{{namespace}}/{{persistentvolumeclaim}}"}).Max(1), 0.85, 0.97)).
		WithPanel(limited(graph("Inodes used", "percentunit", "How many of each volume's inodes are used. When they run out no new file can be made, however much space is left.",
			query{`topk(20, ` + files + `)`, "{{namespace}}/{{persistentvolumeclaim}}"}).Max(1), 0.85, 0.97)).
		WithPanel(graph("Space free", "bytes", "What is left on each volume.",
			query{`bottomk(20, min by (` + claim + `) (kubelet_volume_stats_available_bytes{` + sel + `}))`, "{{namespace}}/{{persistentvolumeclaim}}"})).
		WithPanel(graph("Size", "bytes", "What each claim asked for.",
			query{`topk(20, max by (` + claim + `) (kube_persistentvolumeclaim_resource_requests_storage_bytes{` + state + `, namespace=~"$namespace", persistentvolumeclaim=~"$persistentvolumeclaim"}))`, "{{namespace}}/{{persistentvolumeclaim}}"}))
}
