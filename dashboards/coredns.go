package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// coreDNS shows the names of the cluster: who asks, how fast answers come, what fails.
func coreDNS() *dashboard.DashboardBuilder {
	sel := selector("coredns")
	d := newDashboard("core-dns", "Kubernetes / CoreDNS", "Names within the cluster: what is asked, how soon it is answered, and what the cache spares.").
		WithVariable(instances("coredns")).
		WithPanel(number("Answering", "short", "Instances of CoreDNS that can be scraped.", answering(sel), fallsTo(1)...)).
		WithPanel(number("Questions", "reqps", "Questions a second.", `sum(rate(coredns_dns_requests_total{`+sel+`}[$__rate_interval]))`)).
		WithPanel(number("Failed", "percentunit", "Share of answers that say that CoreDNS itself failed (SERVFAIL).",
			`sum(rate(coredns_dns_responses_total{`+sel+`, rcode="SERVFAIL"}[$__rate_interval])) / sum(rate(coredns_dns_responses_total{`+sel+`}[$__rate_interval])) or vector(0)`, risesTo(0.01, 0.03)...)).
		WithPanel(number("Time of an answer", "s", "How long an answer takes at the slowest hundredth.",
			quantile("0.99", "", "coredns_dns_request_duration_seconds", sel), risesTo(0.1, 1)...)).
		WithPanel(number("From the cache", "percentunit", "Share of questions that the cache answers.",
			`sum(rate(coredns_cache_hits_total{`+sel+`}[$__rate_interval])) / sum(rate(coredns_cache_requests_total{`+sel+`}[$__rate_interval]))`)).
		WithPanel(number("Panics", "short", "Crashes within CoreDNS in the last hour that it survived.",
			`sum(increase(coredns_panics_total{`+sel+`}[1h]))`, risesTo(1, 5)...)).
		WithPanel(stacked("Questions by type", "reqps", "Questions a second by the type of record. Many AAAA beside A are asked for nothing where there is no IPv6.",
			query{`sum by (type) (rate(coredns_dns_requests_total{` + sel + `}[$__rate_interval]))`, "{{type}}"})).
		WithPanel(stacked("Answers", "reqps", "Answers a second by code. Much NXDOMAIN comes of search domains: a name with dots enough, or one with a dot at its end, is asked for once.",
			query{`sum by (rcode) (rate(coredns_dns_responses_total{` + sel + `}[$__rate_interval]))`, "{{rcode}}"})).
		WithPanel(graph("Time of an answer", "s", "How long answers take.",
			query{quantile("0.99", "", "coredns_dns_request_duration_seconds", sel), "slowest hundredth"},
			query{quantile("0.9", "", "coredns_dns_request_duration_seconds", sel), "slowest tenth"},
			query{quantile("0.5", "", "coredns_dns_request_duration_seconds", sel), "half of them"})).
		WithPanel(graph("Questions by instance", "reqps", "Questions a second that each instance gets.",
			query{`sum by (instance) (rate(coredns_dns_requests_total{` + sel + `}[$__rate_interval]))`, "{{instance}}"})).
		WithPanel(graph("Cache", "ops", "Questions a second that the cache could answer, good answers and denials apart, and could not.",
			query{`sum by (type) (rate(coredns_cache_hits_total{` + sel + `}[$__rate_interval]))`, "found: {{type}}"},
			query{`sum(rate(coredns_cache_misses_total{` + sel + `}[$__rate_interval]))`, "not found"})).
		WithPanel(graph("Answers kept", "short", "Answers in the cache, good answers and denials apart.",
			query{`sum by (type) (coredns_cache_entries{` + sel + `})`, "{{type}}"})).
		WithPanel(graph("Time of other servers", "s", "How long the servers take that CoreDNS asks for what it does not know, at the slowest hundredth. Without such a question there is nothing to show.",
			query{quantile("0.99", "to", "coredns_proxy_request_duration_seconds", sel), "{{to}}"})).
		WithPanel(graph("Size of answers", "bytes", "How large answers are at the largest hundredth, by transport. More than 512 bytes over UDP may be asked for again over TCP.",
			query{quantile("0.99", "proto", "coredns_dns_response_size_bytes", sel), "{{proto}}"}))
	return withProcess(d, sel)
}
