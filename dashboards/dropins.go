package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// dropIns shows what teams added: whether it is in use, and what it costs.
func dropIns() *dashboard.DashboardBuilder {
	const (
		sel    = `job="config-sidecar", cluster="$cluster"`
		server = `job="prometheus", cluster="$cluster"`
		state  = `kube_monitoring_stack_dropin_state{` + sel + `, namespace=~"$namespace"}`
	)
	return newDashboard("drop-ins", "Monitoring / Drop-ins", "Scrape jobs, rules and dashboards that teams added as ConfigMaps: which are in use, which are refused and why, and what they cost.").
		WithVariable(anyOf("namespace", "Namespace", `label_values(kube_monitoring_stack_dropin_state{job="config-sidecar", cluster="$cluster"}, namespace)`)).
		WithPanel(number("In use", "short", "Drop-ins whose newest version is in use.",
			`count(max by (namespace, name, key) (`+inState(state, "active")+`)) or vector(0)`)).
		WithPanel(number("Older version in use", "short", "Drop-ins whose newest edit was refused. Their last good version is in use.",
			`count(max by (namespace, name, key) (`+inState(state, "stale")+`)) or vector(0)`, risesTo(1, 10)...)).
		WithPanel(number("Refused", "short", "Drop-ins of which nothing is in use.",
			`count(max by (namespace, name, key) (`+inState(state, "rejected")+`)) or vector(0)`, risesTo(1, 10)...)).
		WithPanel(number("Sets in use", "short", "How many different sets the servers run. More than one for long means that replicas disagree.",
			`count(count by (digest) (kube_monitoring_stack_server_generation_info{`+server+`} == 1))`, risesTo(2, 3)...)).
		WithPanel(number("Time until live", "s", "From the event of a change to its being in force, at the slowest hundredth of the last hour.",
			`histogram_quantile(0.99, sum by (le) (rate(kube_monitoring_stack_sidecar_change_duration_seconds_bucket{`+sel+`}[1h])))`, risesTo(0.5, 2)...)).
		WithPanel(number("Sources connected", "percentunit", "Share of the sidecars' sources that hear of changes now.",
			`avg(kube_monitoring_stack_sidecar_source_connected{`+sel+`})`)).
		WithPanel(list("Problems", "Problems of drop-ins, by namespace. The Events of the ConfigMap say where they are.", "namespace", "",
			column{"Problems", "short", `sum by (namespace) (max by (namespace, name, key, code) (kube_monitoring_stack_dropin_problems{` + sel + `, namespace=~"$namespace"}))`},
			column{"Drop-ins", "short", `count by (namespace) (max by (namespace, name, key) (` + state + `))`},
		)).
		WithPanel(stacked("Drop-ins by state", "short", "How many drop-ins are in use, run an older version, or are refused.",
			query{`count by (state) (max by (namespace, name, key, state) (` + state + `))`, "{{state}}"})).
		WithPanel(stacked("Drop-ins by kind", "short", "How many drop-ins of each kind there are.",
			query{`count by (kind) (max by (namespace, name, key, kind) (` + state + `))`, "{{kind}}"})).
		WithRow(row("Cost")).
		WithPanel(graph("Samples by job", "short", "Samples that one scrape of all of a job's targets brings.",
			query{`topk(15, sum by (job) (scrape_samples_post_metric_relabeling{cluster="$cluster"}))`, "{{job}}"})).
		WithPanel(graph("Series by drop-in", "short", "Series that the targets of each drop-in bring, for those that bring most.",
			query{`topk(15, max by (dropin) (kube_monitoring_stack_server_guard_series_active{` + server + `}))`, "{{dropin}}"})).
		WithPanel(limited(graph("Budget used", "percentunit", "Share of the series that a drop-in may have, for those nearest to it. At 100 % new ones are refused.",
			query{`topk(15, max by (dropin) (kube_monitoring_stack_server_guard_series_active{` + server + `} / kube_monitoring_stack_server_guard_series_budget{` + server + `}))`, "{{dropin}}"}), 0.9, 1)).
		WithPanel(graph("Time for rules", "s", "Seconds that one turn of a rule group takes. A group is named after the drop-in that it is in.",
			query{`topk(15, max by (rule_group) (prometheus_rule_group_last_duration_seconds{` + server + `}))`, "{{rule_group}}"})).
		WithRow(row("The way of a change")).
		WithPanel(graph("Time of each step", "s", "Writing a set of drop-ins, the server's answer to it, and the whole, at the slowest tenth.",
			query{`histogram_quantile(0.9, sum by (le) (rate(kube_monitoring_stack_sidecar_publish_duration_seconds_bucket{` + sel + `}[$__rate_interval])))`, "write"},
			query{`histogram_quantile(0.9, sum by (le) (rate(kube_monitoring_stack_sidecar_reload_duration_seconds_bucket{` + sel + `}[$__rate_interval])))`, "reload"},
			query{`histogram_quantile(0.9, sum by (le) (rate(kube_monitoring_stack_sidecar_change_duration_seconds_bucket{` + sel + `}[$__rate_interval])))`, "all"})).
		WithPanel(graph("Reloads", "short", "Reloads that the sidecars asked for in each interval, by the server's answer.",
			query{`sum by (result) (increase(kube_monitoring_stack_sidecar_reloads_total{` + sel + `}[$__rate_interval]))`, "{{result}}"}))
}

// inState narrows the selector of drop-ins to one state.
func inState(selector, state string) string {
	return selector[:len(selector)-1] + `, state="` + state + `"}`
}
