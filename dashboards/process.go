package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// withProcess adds what every Go program says of itself: what it costs to run.
func withProcess(d *dashboard.DashboardBuilder, sel string) *dashboard.DashboardBuilder {
	return d.
		WithRow(row("Its process")).
		WithPanel(graph("Memory of the process", "bytes", "Memory that the process holds, by instance.",
			query{`max by (instance) (process_resident_memory_bytes{` + sel + `})`, "{{instance}}"}).Span(third)).
		WithPanel(graph("CPU of the process", "cores", "CPUs that the process keeps busy, by instance.",
			query{`sum by (instance) (rate(process_cpu_seconds_total{` + sel + `}[$__rate_interval]))`, "{{instance}}"}).Span(third)).
		WithPanel(graph("Goroutines", "short", "Threads of work within the process. A number that only grows is a leak.",
			query{`max by (instance) (go_goroutines{` + sel + `})`, "{{instance}}"}).Span(third))
}

// withClient adds what a part of Kubernetes asks of the API server.
func withClient(d *dashboard.DashboardBuilder, sel string) *dashboard.DashboardBuilder {
	return d.
		WithRow(row("Its requests to the API server")).
		WithPanel(graph("Requests by answer", "reqps", "Requests to the API server a second, by the code of the answer. `<error>` had none.",
			query{`sum by (code) (rate(rest_client_requests_total{` + sel + `}[$__rate_interval]))`, "{{code}}"})).
		WithPanel(graph("Requests by kind", "reqps", "Requests to the API server a second, by method.",
			query{`sum by (method) (rate(rest_client_requests_total{` + sel + `}[$__rate_interval]))`, "{{method}}"}))
}

// instances lets the reader choose among the instances of a job.
func instances(job string) *dashboard.QueryVariableBuilder {
	return anyOf("instance", "Instance", `label_values(up{job="`+job+`", cluster="$cluster"}, instance)`)
}

// selector is how the panels of a dashboard with [instances] name their series.
func selector(job string) string {
	return `job="` + job + `", cluster="$cluster", instance=~"$instance"`
}

// answering counts the instances that can be scraped.
func answering(sel string) string { return `sum(up{` + sel + `})` }

// quantile is the value that a share q of what a histogram counted stays below, by some labels.
func quantile(q, by, histogram, sel string) string {
	if by != "" {
		by = ", " + by
	}
	return `histogram_quantile(` + q + `, sum by (le` + by + `) (rate(` + histogram + `_bucket{` + sel + `}[$__rate_interval])))`
}

// mean is the average of what a histogram counted, by some labels. It needs no
// buckets, so it is there where these are not collected.
func mean(by, histogram, sel string) string {
	return `sum by (` + by + `) (rate(` + histogram + `_sum{` + sel + `}[$__rate_interval])) / sum by (` + by + `) (rate(` + histogram + `_count{` + sel + `}[$__rate_interval]))`
}
