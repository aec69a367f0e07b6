package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// scheduler shows how pods find their nodes.
func scheduler() *dashboard.DashboardBuilder {
	sel := selector("kube-scheduler")
	d := newDashboard("scheduler", "Kubernetes / Scheduler", "How many pods wait for a node, how long it takes to find one, and why none is found.").
		WithVariable(instances("kube-scheduler")).
		WithPanel(number("Answering", "short", "Schedulers that can be scraped.", answering(sel), fallsTo(1)...)).
		WithPanel(number("Pods waiting", "short", "Pods that have no node yet.",
			`sum(scheduler_pending_pods{`+sel+`})`, risesTo(10, 100)...)).
		WithPanel(number("Pods without a place", "short", "Pods that were tried and fit on no node.",
			`sum(scheduler_pending_pods{`+sel+`, queue="unschedulable"})`, risesTo(1, 10)...)).
		WithPanel(number("Time to a node", "s", "From the first sight of a pod to its node, at the slowest hundredth of the last hour, waiting for other pods left out.",
			`histogram_quantile(0.99, sum by (le) (rate(scheduler_pod_scheduling_sli_duration_seconds_bucket{`+sel+`}[1h])))`, risesTo(1, 10)...)).
		WithPanel(number("Tries", "ops", "How often a second the scheduler looks for a node.",
			`sum(rate(scheduler_schedule_attempts_total{`+sel+`}[$__rate_interval]))`)).
		WithPanel(number("Failed tries", "percentunit", "Share of tries in the last hour that ended in an error, not for want of a node.",
			`sum(rate(scheduler_schedule_attempts_total{`+sel+`, result="error"}[1h])) / sum(rate(scheduler_schedule_attempts_total{`+sel+`}[1h])) or vector(0)`, risesTo(0.01, 0.1)...)).
		WithPanel(graph("Tries by result", "ops", "How often a second a node was looked for, by what came of it.",
			query{`sum by (result) (rate(scheduler_schedule_attempts_total{` + sel + `}[$__rate_interval]))`, "{{result}}"})).
		WithPanel(stacked("Pods waiting", "short", "Pods without a node, by the queue that they wait in: active is next, backoff was tried a moment ago, unschedulable fits nowhere, gated may not be tried yet.",
			query{`sum by (queue) (scheduler_pending_pods{` + sel + `})`, "{{queue}}"})).
		WithPanel(graph("Time to a node", "s", "From the first sight of a pod to its node, over all tries.",
			query{quantile("0.99", "", "scheduler_pod_scheduling_sli_duration_seconds", sel), "slowest hundredth"},
			query{quantile("0.5", "", "scheduler_pod_scheduling_sli_duration_seconds", sel), "half of them"})).
		WithPanel(graph("Time of a try", "s", "How long one try takes at the slowest hundredth, by what came of it.",
			query{quantile("0.99", "result", "scheduler_scheduling_attempt_duration_seconds", sel), "{{result}}"})).
		WithPanel(graph("Time of each step", "s", "How long each step of a try takes at the slowest hundredth.",
			query{quantile("0.99", "extension_point", "scheduler_framework_extension_point_duration_seconds", sel), "{{extension_point}}"})).
		WithPanel(stacked("Why pods fit nowhere", "short", "Pods that fit on no node, by the plugin that refused them. One pod can be refused by several.",
			query{`sum by (plugin) (scheduler_unschedulable_pods{` + sel + `})`, "{{plugin}}"})).
		WithPanel(graph("Pods queued", "ops", "Pods a second that are put into the queue, by what happened.",
			query{`topk(10, sum by (event) (rate(scheduler_queue_incoming_pods_total{` + sel + `}[$__rate_interval])))`, "{{event}}"})).
		WithPanel(graph("Pods put aside for others", "ops", "How often a second room was looked for by ending pods of less priority, and how many were ended.",
			query{`sum(rate(scheduler_preemption_attempts_total{` + sel + `}[$__rate_interval]))`, "tries"},
			query{`sum(rate(scheduler_preemption_victims_sum{` + sel + `}[$__rate_interval]))`, "pods ended"}))
	return withProcess(withClient(d, sel), sel)
}
