package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// apiServer shows whether the API server keeps its promise, who works it and where its time goes.
func apiServer() *dashboard.DashboardBuilder {
	const bad = `cluster:apiserver_requests_bad:ratio_rate`
	sel := selector("apiserver")
	d := newDashboard("api-server", "Kubernetes / API server", "Whether the API server gives good answers, how fast they are, and what it is busy with. An answer is good if it is no error and fast enough.").
		WithVariable(instances("apiserver")).
		WithPanel(number("Answering", "short", "API servers that can be scraped.", answering(sel), fallsTo(1)...)).
		WithPanel(number("Good answers", "percentunit", "Share of good answers over three days. The promise is 99 %.",
			`1 - `+bad+`3d{cluster="$cluster"}`, risesFrom(0.99, 0.995)...)).
		WithPanel(number("Bad answers now", "percentunit", "Share of bad answers in the last 5 minutes. 1 % is the allowance.",
			bad+`5m{cluster="$cluster"}`, risesTo(0.01, 0.144)...)).
		WithPanel(number("Requests", "reqps", "Requests a second, watches and other long ones included.",
			`sum(rate(apiserver_request_total{`+sel+`}[$__rate_interval]))`)).
		WithPanel(number("Changes, time", "s", "How long a change takes at the slowest hundredth, calls of webhooks left out.",
			quantile("0.99", "", "apiserver_request_sli_duration_seconds", sel+`, verb=~"POST|PUT|PATCH|DELETE"`), risesTo(1, 5)...)).
		WithPanel(number("Reads, time", "s", "How long a read takes at the slowest hundredth.",
			quantile("0.99", "", "apiserver_request_sli_duration_seconds", sel+`, verb=~"LIST|GET"`), risesTo(5, 30)...)).
		WithRow(row("The promise")).
		WithPanel(limited(graph("Bad answers", "percentunit", "Share of bad answers over several windows. Alerts compare a long one with a short one.",
			query{bad + `5m{cluster="$cluster"}`, "5 minutes"},
			query{bad + `1h{cluster="$cluster"}`, "1 hour"},
			query{bad + `6h{cluster="$cluster"}`, "6 hours"},
			query{bad + `3d{cluster="$cluster"}`, "3 days"}), 0.01, 0.144)).
		WithPanel(graph("Bad answers by kind", "percentunit", "Share of bad answers among reads and among changes.",
			query{`sum by (verb) (cluster_verb:apiserver_requests_bad:rate5m{cluster="$cluster"}) / sum by (verb) (cluster_verb:apiserver_requests:rate5m{cluster="$cluster"})`, "{{verb}}"})).
		WithRow(row("Requests")).
		WithPanel(stacked("Requests by verb", "reqps", "Requests a second by verb.",
			query{`sum by (verb) (rate(apiserver_request_total{` + sel + `}[$__rate_interval]))`, "{{verb}}"})).
		WithPanel(stacked("Requests by answer", "reqps", "Requests a second by the code of the answer. 429 turns away who asks too much.",
			query{`sum by (code) (rate(apiserver_request_total{` + sel + `}[$__rate_interval]))`, "{{code}}"})).
		WithPanel(graph("Busiest resources", "reqps", "The resources that most requests are about.",
			query{`topk(10, sum by (resource) (rate(apiserver_request_total{` + sel + `, resource!=""}[$__rate_interval])))`, "{{resource}}"})).
		WithPanel(graph("Time by verb", "s", "How long requests take at the slowest hundredth, by verb.",
			query{quantile("0.99", "verb", "apiserver_request_sli_duration_seconds", sel+`, resource!="", verb!~"WATCH|CONNECT"`), "{{verb}}"})).
		WithPanel(graph("Slowest resources", "s", "How long requests take on average, for the slowest resources.",
			query{`topk(10, ` + mean("resource", "apiserver_request_sli_duration_seconds", sel+`, resource!="", verb!~"WATCH|CONNECT"`) + `)`, "{{resource}}"})).
		WithPanel(graph("In hand", "short", "Requests that are being answered, changes and reads apart.",
			query{`sum by (request_kind) (apiserver_current_inflight_requests{` + sel + `})`, "{{request_kind}}"})).
		WithRow(row("Fairness")).
		WithPanel(graph("Waiting", "short", "Requests that wait for their turn, by priority level.",
			query{`sum by (priority_level) (apiserver_flowcontrol_current_inqueue_requests{` + sel + `})`, "{{priority_level}}"})).
		WithPanel(graph("Places taken", "percentunit", "Share of each priority level's places that is taken.",
			query{`sum by (priority_level) (apiserver_flowcontrol_current_executing_seats{` + sel + `}) / (sum by (priority_level) (apiserver_flowcontrol_nominal_limit_seats{` + sel + `}) > 0)`, "{{priority_level}}"})).
		WithPanel(graph("Turned away", "reqps", "Requests a second that were turned away or ended without an answer.",
			query{`sum by (reason) (rate(apiserver_flowcontrol_rejected_requests_total{` + sel + `}[$__rate_interval]))`, "{{reason}}"},
			query{`sum(rate(apiserver_request_terminations_total{` + sel + `}[$__rate_interval]))`, "ended"})).
		WithPanel(graph("Webhooks", "s", "How long admission webhooks take on average. Each is waited for. Without webhooks there is nothing to show.",
			query{mean("name", "apiserver_admission_webhook_admission_duration_seconds", sel), "{{name}}"})).
		WithRow(row("Its store")).
		WithPanel(graph("Time of the store", "s", "How long etcd takes on average, by what is asked.",
			query{mean("operation", "etcd_request_duration_seconds", sel), "{{operation}}"})).
		WithPanel(graph("Objects", "short", "The resources with most objects. Versions before 1.34 have another name for it.",
			query{`topk(10, max by (resource) (apiserver_resource_objects{` + sel + `}) or max by (resource) (apiserver_storage_objects{` + sel + `}))`, "{{resource}}"}))
	return withProcess(d, sel)
}
