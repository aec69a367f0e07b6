package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// remoteWrite shows samples on their way to other places.
func remoteWrite() *dashboard.DashboardBuilder {
	const (
		all  = `job="prometheus", cluster="$cluster", pod=~"$pod"`
		sel  = all + `, url=~"$url"`
		line = "{{pod}} {{remote_name}}"
	)
	rate := func(metric string) string {
		return `sum by (pod, remote_name) (rate(prometheus_remote_storage_` + metric + `_total{` + sel + `}[$__rate_interval]))`
	}
	gauge := func(metric string) string {
		return `max by (pod, remote_name) (prometheus_remote_storage_` + metric + `{` + sel + `})`
	}
	const late = `max by (pod, remote_name) (max by (pod) (prometheus_remote_storage_highest_timestamp_in_seconds{` + all + `}) - on (pod) group_right () (prometheus_remote_storage_queue_highest_sent_timestamp_seconds{` + sel + `} != 0))`
	return newDashboard("remote-write", "Monitoring / Remote write", "How far behind the samples are that the server sends elsewhere, and what is lost. Without remote write there is nothing to show.").
		WithVariable(anyOf("pod", "Pod", `label_values(prometheus_build_info{job="prometheus", cluster="$cluster"}, pod)`)).
		WithVariable(anyOf("url", "To", `label_values(prometheus_remote_storage_shards{job="prometheus", cluster="$cluster"}, url)`)).
		WithPanel(number("Behind", "s", "Age of what was sent last, for the slowest receiver.", `max(`+late+`)`, risesTo(60, 120)...).Span(quarter)).
		WithPanel(number("Sent", "short", "Samples sent a second.", `sum(`+rate("samples")+`)`).Span(quarter)).
		WithPanel(number("Lost", "short", "Samples in the last hour that receivers refused for good.",
			`sum(increase(prometheus_remote_storage_samples_failed_total{`+sel+`}[1h]))`, risesTo(1, 1000)...).Span(quarter)).
		WithPanel(number("Traffic", "Bps", "Bytes sent a second, compressed.", `sum(`+rate("bytes")+`)`).Span(quarter)).
		WithPanel(limited(graph("Behind", "s", "Age of what was sent last. A line that only rises has a receiver that is too slow or away.",
			query{late, line}), 60, 120)).
		WithPanel(graph("Samples", "short", "Samples sent a second.", query{rate("samples"), line})).
		WithPanel(graph("Trouble", "short", "Samples a second that were refused for good, are sent again, or were left out by relabeling.",
			query{rate("samples_failed"), line + " refused"},
			query{rate("samples_retried"), line + " again"},
			query{rate("samples_dropped"), line + " left out"})).
		WithPanel(graph("Waiting", "short", "Samples that wait to be sent.", query{gauge("samples_pending"), line})).
		WithPanel(graph("Senders", "short", "Senders at work, how many would be needed, and how many there may be. When the need is above the most, the receiver is too slow.",
			query{gauge("shards"), line + " at work"},
			query{gauge("shards_desired"), line + " needed"},
			query{gauge("shards_max"), line + " at most"})).
		WithPanel(graph("Time of a batch", "s", "How long one batch takes at the slowest tenth.",
			query{`histogram_quantile(0.9, sum by (le, pod, remote_name) (rate(prometheus_remote_storage_sent_batch_duration_seconds_bucket{` + sel + `}[$__rate_interval])))`, line}))
}
