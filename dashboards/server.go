package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// server shows the Prometheus-compatible server: what comes in, what is kept, what is asked of it.
func server() *dashboard.DashboardBuilder {
	const sel = `job="prometheus", cluster="$cluster", pod=~"$pod"`
	return newDashboard("server", "Monitoring / Server", "The server of this stack: samples that come in, series that are kept, queries, rules, alerts sent and samples sent on.").
		WithVariable(anyOf("pod", "Pod", `label_values(prometheus_build_info{job="prometheus", cluster="$cluster"}, pod)`)).
		WithPanel(number("Targets up", "percentunit", "Share of all targets that answer.",
			`sum(up{cluster="$cluster"}) / count(up{cluster="$cluster"})`,
			dashboard.Threshold{Color: "red"}, dashboard.Threshold{Color: "orange", Value: cog.ToPtr(0.9)}, dashboard.Threshold{Color: "green", Value: cog.ToPtr(1.0)})).
		WithPanel(number("Series", "short", "Series in memory.", `sum(prometheus_tsdb_head_series{`+sel+`})`)).
		WithPanel(number("Samples a second", "short", "Samples stored.", `sum(rate(prometheus_tsdb_head_samples_appended_total{`+sel+`}[$__rate_interval]))`)).
		WithPanel(number("Memory", "bytes", "Memory of the server's process.", `sum(process_resident_memory_bytes{`+sel+`})`)).
		WithPanel(number("CPU", "cores", "CPUs kept busy by the server.", `sum(rate(process_cpu_seconds_total{`+sel+`}[$__rate_interval]))`)).
		WithPanel(number("On disk", "bytes", "Size of the stored blocks and of the write-ahead log.",
			`sum(prometheus_tsdb_storage_blocks_bytes{`+sel+`}) + sum(prometheus_tsdb_wal_storage_size_bytes{`+sel+`})`)).
		WithRow(row("What comes in")).
		WithPanel(graph("Samples stored", "short", "Samples stored a second.",
			query{`sum by (pod) (rate(prometheus_tsdb_head_samples_appended_total{` + sel + `}[$__rate_interval]))`, "{{pod}}"})).
		WithPanel(graph("Series in memory", "short", "Series that got a sample within the last hours.",
			query{`sum by (pod) (prometheus_tsdb_head_series{` + sel + `})`, "{{pod}}"})).
		WithPanel(graph("Samples by job", "short", "Samples that one scrape of all of a job's targets brings. The jobs at the top are what the server works for.",
			query{`topk(15, sum by (job) (scrape_samples_post_metric_relabeling{cluster="$cluster"}))`, "{{job}}"})).
		WithPanel(graph("Scrapes refused", "short", "Scrapes and samples a second that were thrown away, and why.",
			query{`sum(rate(prometheus_target_scrapes_exceeded_sample_limit_total{` + sel + `}[$__rate_interval]))`, "over the sample limit"},
			query{`sum(rate(prometheus_target_scrapes_exceeded_body_size_limit_total{` + sel + `}[$__rate_interval]))`, "over the size limit"},
			query{`sum(rate(prometheus_target_scrapes_sample_duplicate_timestamp_total{` + sel + `}[$__rate_interval]))`, "same time, other value"},
			query{`sum(rate(prometheus_target_scrapes_sample_out_of_order_total{` + sel + `}[$__rate_interval]))`, "out of order"},
			query{`sum(rate(prometheus_target_scrapes_sample_out_of_bounds_total{` + sel + `}[$__rate_interval]))`, "too old"})).
		WithRow(row("What is asked")).
		WithPanel(graph("Time for queries", "s", "How long each part of a query takes, at the slowest tenth.",
			query{`max by (slice) (prometheus_engine_query_duration_seconds{` + sel + `, quantile="0.9"})`, "{{slice}}"})).
		WithPanel(graph("Requests", "reqps", "HTTP requests a second, by what was asked.",
			query{`sum by (handler) (rate(prometheus_http_requests_total{` + sel + `}[$__rate_interval]))`, "{{handler}}"})).
		WithPanel(graph("Slowest rule groups", "s", "How long one turn of a group takes. It must stay below the group's interval.",
			query{`topk(10, max by (rule_group) (prometheus_rule_group_last_duration_seconds{` + sel + `}))`, "{{rule_group}}"})).
		WithPanel(graph("Rules that fail", "short", "Evaluations a second that failed, and turns that were left out.",
			query{`sum by (rule_group) (rate(prometheus_rule_evaluation_failures_total{` + sel + `}[$__rate_interval])) > 0`, "{{rule_group}} failed"},
			query{`sum by (rule_group) (rate(prometheus_rule_group_iterations_missed_total{` + sel + `}[$__rate_interval])) > 0`, "{{rule_group}} left out"})).
		WithPanel(graph("Rules evaluated", "ops", "Rules evaluated a second.",
			query{`sum by (pod) (rate(prometheus_rule_evaluations_total{` + sel + `}[$__rate_interval]))`, "{{pod}}"})).
		WithPanel(graph("Queries ended", "short", "Queries a second that the server ended to keep its memory, and the reason.",
			query{`sum by (kind, reason) (rate(kube_monitoring_stack_server_guard_query_ended_total{` + sel + `}[$__rate_interval]))`, "{{kind}}: {{reason}}"})).
		WithRow(row("What is kept")).
		WithPanel(graph("Series that come and go", "short", "Series a second that are new, and that are forgotten. Many new ones come of labels whose values do not repeat.",
			query{`sum by (pod) (rate(prometheus_tsdb_head_series_created_total{` + sel + `}[$__rate_interval]))`, "{{pod}} new"},
			query{`sum by (pod) (rate(prometheus_tsdb_head_series_removed_total{` + sel + `}[$__rate_interval]))`, "{{pod}} forgotten"})).
		WithPanel(graph("Chunks in memory", "short", "Pieces of series in memory.",
			query{`sum by (pod) (prometheus_tsdb_head_chunks{` + sel + `})`, "{{pod}}"})).
		WithPanel(graph("Compactions", "s", "How long compactions took, the slowest tenth of the last 3 hours, and how long it took on average to write the log to disk.",
			query{`histogram_quantile(0.9, sum by (le, pod) (rate(prometheus_tsdb_compaction_duration_seconds_bucket{` + sel + `}[3h])))`, "{{pod}} compaction"},
			query{`sum by (pod) (rate(prometheus_tsdb_wal_fsync_duration_seconds_sum{` + sel + `}[3h])) / sum by (pod) (rate(prometheus_tsdb_wal_fsync_duration_seconds_count{` + sel + `}[3h]))`, "{{pod}} log"})).
		WithPanel(graph("Trouble with data", "short", "Compactions and loads that failed, and damage found in the log, in each interval.",
			query{`sum by (pod) (increase(prometheus_tsdb_compactions_failed_total{` + sel + `}[$__rate_interval]))`, "{{pod}} compactions"},
			query{`sum by (pod) (increase(prometheus_tsdb_reloads_failures_total{` + sel + `}[$__rate_interval]))`, "{{pod}} loads"},
			query{`sum by (pod) (increase(prometheus_tsdb_wal_corruptions_total{` + sel + `}[$__rate_interval]))`, "{{pod}} log"})).
		WithPanel(graph("Free space", "bytes", "What is free on the server's volume, and the reserve below which it stores no more.",
			query{`min by (pod) (kube_monitoring_stack_server_guard_disk_available_bytes{` + sel + `})`, "{{pod}} free"},
			query{`max(kube_monitoring_stack_server_guard_disk_reserve_bytes{` + sel + `})`, "reserve"})).
		WithPanel(graph("Refused by guards", "short", "What the guards refused a second: series of drop-ins over their budget, and samples for want of space.",
			query{`sum(rate(kube_monitoring_stack_server_guard_series_refused_total{` + sel + `}[$__rate_interval]))`, "series"},
			query{`sum(rate(kube_monitoring_stack_server_guard_disk_refused_samples_total{` + sel + `}[$__rate_interval]))`, "samples"})).
		WithRow(row("What goes out")).
		WithPanel(graph("Alerts sent", "short", "Alerts a second handed to each Alertmanager, and those that were not taken.",
			query{`sum by (alertmanager) (rate(prometheus_notifications_sent_total{` + sel + `}[$__rate_interval]))`, "{{alertmanager}}"},
			query{`sum by (alertmanager) (rate(prometheus_notifications_errors_total{` + sel + `}[$__rate_interval]))`, "{{alertmanager}} failed"},
			query{`sum(rate(prometheus_notifications_dropped_total{` + sel + `}[$__rate_interval]))`, "dropped"})).
		WithPanel(graph("Samples sent on", "short", "Samples a second sent by remote write, and those that failed. Without remote write there is nothing to show.",
			query{`sum by (remote_name) (rate(prometheus_remote_storage_samples_total{` + sel + `}[$__rate_interval]))`, "{{remote_name}}"},
			query{`sum by (remote_name) (rate(prometheus_remote_storage_samples_failed_total{` + sel + `}[$__rate_interval]))`, "{{remote_name}} failed"})).
		WithRow(row("What it takes")).
		WithPanel(graph("Memory", "bytes", "Memory of the process, and the part of it that Go's heap uses.",
			query{`sum by (pod) (process_resident_memory_bytes{` + sel + `})`, "{{pod}}"},
			query{`sum by (pod) (go_memstats_heap_inuse_bytes{` + sel + `})`, "{{pod}} heap"})).
		WithPanel(graph("CPU", "cores", "CPUs kept busy.",
			query{`sum by (pod) (rate(process_cpu_seconds_total{` + sel + `}[$__rate_interval]))`, "{{pod}}"})).
		WithPanel(graph("Reloads", "s", "How long the slowest tenth of reloads took.",
			query{`histogram_quantile(0.9, sum by (le, result) (rate(kube_monitoring_stack_server_reload_duration_seconds_bucket{` + sel + `}[$__rate_interval])))`, "{{result}}"})).
		WithPanel(graph("Disk", "bytes", "Size of the stored blocks, of the write-ahead log, and the limit at which the oldest block is deleted.",
			query{`sum by (pod) (prometheus_tsdb_storage_blocks_bytes{` + sel + `})`, "{{pod}} blocks"},
			query{`sum by (pod) (prometheus_tsdb_wal_storage_size_bytes{` + sel + `})`, "{{pod}} log"},
			query{`max(prometheus_tsdb_retention_limit_bytes{` + sel + `}) > 0`, "limit"}))
}
