package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// network shows the traffic of pods by namespace and by pod, and what goes wrong on the way.
func network() *dashboard.DashboardBuilder {
	const (
		// Pods in their node's network have no interface of their own: they cannot be told from the node.
		sel      = `job="kubelet", metrics_path="/metrics/cadvisor", cluster="$cluster", namespace=~"$namespace", pod!=""`
		exporter = `job="node-exporter", cluster="$cluster"`
	)
	by := func(label, metric string) string {
		return `sum by (` + label + `) (rate(container_network_` + metric + `_total{` + sel + `}[$__rate_interval]))`
	}
	top := func(metric string) string { return `topk(15, ` + by("namespace, pod", metric) + `)` }
	return newDashboard("network", "Kubernetes / Network", "Who sends and receives how much, by namespace and by pod, and how many packets are lost. Pods in their node's network are left out.").
		WithVariable(anyOf("namespace", "Namespace", `label_values(kube_namespace_status_phase{job="kube-state-metrics", cluster="$cluster"}, namespace)`)).
		WithPanel(number("Received", "Bps", "Traffic into pods.", `sum(rate(container_network_receive_bytes_total{`+sel+`}[$__rate_interval]))`).Span(quarter)).
		WithPanel(number("Sent", "Bps", "Traffic out of pods.", `sum(rate(container_network_transmit_bytes_total{`+sel+`}[$__rate_interval]))`).Span(quarter)).
		WithPanel(number("Dropped", "pps", "Packets a second that were thrown away on their way to or from pods.",
			`sum(rate(container_network_receive_packets_dropped_total{`+sel+`}[$__rate_interval])) + sum(rate(container_network_transmit_packets_dropped_total{`+sel+`}[$__rate_interval]))`, risesTo(1, 100)...).Span(quarter)).
		WithPanel(number("Sent again", "percentunit", "Share of TCP segments that nodes had to send once more, because no answer came.",
			`sum(rate(node_netstat_Tcp_RetransSegs{`+exporter+`}[$__rate_interval])) / sum(rate(node_netstat_Tcp_OutSegs{`+exporter+`}[$__rate_interval]))`, risesTo(0.01, 0.05)...).Span(quarter)).
		WithPanel(list("Namespaces", "Traffic of each namespace's pods. Choose one to see its workloads and pods.", "namespace", "namespace",
			column{"Received", "Bps", by("namespace", "receive_bytes")},
			column{"Sent", "Bps", by("namespace", "transmit_bytes")},
			column{"Packets received", "pps", by("namespace", "receive_packets")},
			column{"Packets sent", "pps", by("namespace", "transmit_packets")},
			column{"Dropped, received", "pps", by("namespace", "receive_packets_dropped")},
			column{"Dropped, sent", "pps", by("namespace", "transmit_packets_dropped")},
		)).
		WithPanel(stacked("Received by namespace", "Bps", "Traffic into the pods of each namespace.", query{by("namespace", "receive_bytes"), "{{namespace}}"})).
		WithPanel(stacked("Sent by namespace", "Bps", "Traffic out of the pods of each namespace.", query{by("namespace", "transmit_bytes"), "{{namespace}}"})).
		WithRow(row("Pods")).
		WithPanel(graph("Most received", "Bps", "The pods that receive most.", query{top("receive_bytes"), "{{namespace}}/{{pod}}"})).
		WithPanel(graph("Most sent", "Bps", "The pods that send most.", query{top("transmit_bytes"), "{{namespace}}/{{pod}}"})).
		WithPanel(graph("Most packets received", "pps", "The pods that receive most packets.", query{top("receive_packets"), "{{namespace}}/{{pod}}"})).
		WithPanel(graph("Most packets sent", "pps", "The pods that send most packets.", query{top("transmit_packets"), "{{namespace}}/{{pod}}"})).
		WithPanel(graph("Most dropped, received", "pps", "The pods that lose most of what is sent to them.", query{top("receive_packets_dropped"), "{{namespace}}/{{pod}}"})).
		WithPanel(graph("Most dropped, sent", "pps", "The pods that lose most of what they send.", query{top("transmit_packets_dropped"), "{{namespace}}/{{pod}}"})).
		WithRow(row("Nodes")).
		WithPanel(limited(graph("Sent again", "percentunit", "Share of each node's TCP segments that had to be sent once more.",
			query{`rate(node_netstat_Tcp_RetransSegs{` + exporter + `}[$__rate_interval]) / rate(node_netstat_Tcp_OutSegs{` + exporter + `}[$__rate_interval])`, "{{instance}}"}), 0.01, 0.05)).
		WithPanel(limited(graph("Connections tracked", "percentunit", "Share of the connections that each node can track. Beyond 100 % new ones are dropped.",
			query{`node_nf_conntrack_entries{` + exporter + `} / (node_nf_conntrack_entries_limit{` + exporter + `} > 0)`, "{{instance}}"}), 0.5, 0.75))
}
