package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// controllerManager shows whether the controllers keep up with what changes.
func controllerManager() *dashboard.DashboardBuilder {
	sel := selector("kube-controller-manager")
	d := newDashboard("controller-manager", "Kubernetes / Controller manager", "Whether the controllers of Kubernetes keep up: each has a queue of objects that it has to look at.").
		WithVariable(instances("kube-controller-manager")).
		WithPanel(number("Answering", "short", "Controller managers that can be scraped.", answering(sel), fallsTo(1)...).Span(quarter)).
		WithPanel(number("Waiting", "short", "Objects that wait to be looked at, in all queues.",
			`sum(workqueue_depth{`+sel+`})`, risesTo(100, 1000)...).Span(quarter)).
		WithPanel(number("Looked at", "ops", "Objects that are put into queues, a second.",
			`sum(rate(workqueue_adds_total{`+sel+`}[$__rate_interval]))`).Span(quarter)).
		WithPanel(number("Tried again", "ops", "Objects that have to be looked at again a second, because the first time did not work.",
			`sum(rate(workqueue_retries_total{`+sel+`}[$__rate_interval]))`, risesTo(5, 50)...).Span(quarter))
	return withProcess(withClient(withQueues(d, sel), sel), sel)
}

// withQueues adds the queues that controllers work through.
func withQueues(d *dashboard.DashboardBuilder, sel string) *dashboard.DashboardBuilder {
	return d.
		WithPanel(graph("Longest queues", "short", "Objects that wait in each queue. A queue that only grows belongs to a controller that cannot keep up.",
			query{`topk(10, sum by (name) (workqueue_depth{` + sel + `}))`, "{{name}}"})).
		WithPanel(graph("Busiest queues", "ops", "Objects a second that are put into each queue.",
			query{`topk(10, sum by (name) (rate(workqueue_adds_total{` + sel + `}[$__rate_interval])))`, "{{name}}"})).
		WithPanel(graph("Time in the queue", "s", "How long an object waits in a queue, at the slowest hundredth.",
			query{`topk(10, ` + quantile("0.99", "name", "workqueue_queue_duration_seconds", sel) + `)`, "{{name}}"})).
		WithPanel(graph("Time of the work", "s", "How long the work on an object takes, at the slowest hundredth.",
			query{`topk(10, ` + quantile("0.99", "name", "workqueue_work_duration_seconds", sel) + `)`, "{{name}}"})).
		WithPanel(graph("Tried again", "ops", "Objects a second that did not work out and are tried again.",
			query{`topk(10, sum by (name) (rate(workqueue_retries_total{` + sel + `}[$__rate_interval])))`, "{{name}}"})).
		WithPanel(graph("Work that does not end", "s", "How long the work in hand has been going on, added up. What only grows is stuck.",
			query{`topk(10, max by (name) (workqueue_longest_running_processor_seconds{` + sel + `}))`, "{{name}}"}))
}
