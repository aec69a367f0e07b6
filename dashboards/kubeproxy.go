package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// kubeProxy shows how fast Services follow their pods.
func kubeProxy() *dashboard.DashboardBuilder {
	sel := selector("kube-proxy")
	d := newDashboard("kube-proxy", "Kubernetes / Proxy", "How soon nodes know where the pods of a Service are. Clusters whose network does this itself have no kube-proxy.").
		WithVariable(instances("kube-proxy")).
		WithPanel(number("Answering", "short", "Proxies that can be scraped.", answering(sel), fallsTo(1)...).Span(quarter)).
		WithPanel(number("Oldest rules", "dateTimeFromNow", "When the proxy that is furthest behind last wrote its rules.",
			`1000 * min(kubeproxy_sync_proxy_rules_last_timestamp_seconds{`+sel+`})`).Span(quarter)).
		WithPanel(number("Time until in force", "s", "From the change of an endpoint to its rules, at the slowest hundredth of the last hour.",
			`histogram_quantile(0.99, sum by (le) (rate(kubeproxy_network_programming_duration_seconds_bucket{`+sel+`}[1h])))`, risesTo(5, 20)...).Span(quarter)).
		WithPanel(number("Failed writes", "short", "How often in the last hour the kernel did not take the rules.",
			`(sum(increase(kubeproxy_sync_proxy_rules_iptables_restore_failures_total{`+sel+`}[1h])) or vector(0)) + (sum(increase(kubeproxy_sync_proxy_rules_nftables_sync_failures_total{`+sel+`}[1h])) or vector(0))`, risesTo(1, 5)...).Span(quarter)).
		WithPanel(graph("Time until in force", "s", "From the change of an endpoint to its rules.",
			query{quantile("0.99", "", "kubeproxy_network_programming_duration_seconds", sel), "slowest hundredth"},
			query{quantile("0.5", "", "kubeproxy_network_programming_duration_seconds", sel), "half of them"})).
		WithPanel(graph("Time to write the rules", "s", "How long one writing of the rules takes at the slowest hundredth, by instance.",
			query{quantile("0.99", "instance", "kubeproxy_sync_proxy_rules_duration_seconds", sel), "{{instance}}"})).
		WithPanel(graph("Writings", "ops", "How often a second each proxy writes its rules.",
			query{`sum by (instance) (rate(kubeproxy_sync_proxy_rules_duration_seconds_count{` + sel + `}[$__rate_interval]))`, "{{instance}}"})).
		WithPanel(graph("Changes waiting", "short", "Changes of Services and endpoints that are not yet in the rules.",
			query{`sum(kubeproxy_sync_proxy_rules_service_changes_pending{` + sel + `})`, "Services"},
			query{`sum(kubeproxy_sync_proxy_rules_endpoint_changes_pending{` + sel + `})`, "endpoints"})).
		WithPanel(graph("Changes", "ops", "Changes of Services and endpoints a second.",
			query{`sum(rate(kubeproxy_sync_proxy_rules_service_changes_total{` + sel + `}[$__rate_interval]))`, "Services"},
			query{`sum(rate(kubeproxy_sync_proxy_rules_endpoint_changes_total{` + sel + `}[$__rate_interval]))`, "endpoints"})).
		WithPanel(graph("Rules", "short", "Rules of each table of iptables on the node that has most. Proxies that use nftables or ipvs have none.",
			query{`max by (table) (kubeproxy_sync_proxy_rules_iptables_total{` + sel + `})`, "{{table}}"}))
	return withProcess(withClient(d, sel), sel)
}
