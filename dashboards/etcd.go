package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// etcd shows the store of the cluster: whether it agrees, how fast its disks are and how full it is.
func etcd() *dashboard.DashboardBuilder {
	sel := selector("kube-etcd")
	d := newDashboard("etcd", "Kubernetes / etcd", "The store of all objects of the cluster: its members, their disks and how full they are.").
		WithVariable(instances("kube-etcd")).
		WithPanel(number("Answering", "short", "Members that can be scraped.", answering(sel), fallsTo(1)...)).
		WithPanel(number("With a leader", "short", "Members that have a leader. Without one nothing can be stored.",
			`sum(etcd_server_has_leader{`+sel+`})`, fallsTo(1)...)).
		WithPanel(number("Changes of leader", "short", "How often in the last hour there was a new leader.",
			`max(increase(etcd_server_leader_changes_seen_total{`+sel+`}[1h]))`, risesTo(1, 4)...)).
		WithPanel(number("Quota used", "percentunit", "How much of its quota the fullest database takes. At 100 % the cluster cannot be changed.",
			`max(etcd_mvcc_db_total_size_in_bytes{`+sel+`} / etcd_server_quota_backend_bytes{`+sel+`})`, risesTo(0.8, 0.95)...)).
		WithPanel(number("Proposals failed", "short", "Changes in the last hour that the members could not agree on.",
			`sum(increase(etcd_server_proposals_failed_total{`+sel+`}[1h]))`, risesTo(1, 5)...)).
		WithPanel(number("Slow applies", "short", "Changes in the last hour that took a member longer than expected.",
			`sum(increase(etcd_server_slow_apply_total{`+sel+`}[1h]))`, risesTo(10, 100)...)).
		WithRow(row("Disks")).
		WithPanel(limited(graph("Writes to the log", "s", "How long a write to the log takes to reach the disk, at the slowest hundredth. Good disks need less than 10 ms.",
			query{quantile("0.99", "instance", "etcd_disk_wal_fsync_duration_seconds", sel), "{{instance}}"}), 0.01, 0.5)).
		WithPanel(limited(graph("Writes to the database", "s", "How long a commit to the database takes, at the slowest hundredth. Good disks need less than 25 ms.",
			query{quantile("0.99", "instance", "etcd_disk_backend_commit_duration_seconds", sel), "{{instance}}"}), 0.025, 0.25)).
		WithPanel(graph("Database", "bytes", "Size of each member's database on disk, what of it is in use, and how large it may become. What is not in use comes back by defragmentation.",
			query{`max by (instance) (etcd_mvcc_db_total_size_in_bytes{` + sel + `})`, "{{instance}} on disk"},
			query{`max by (instance) (etcd_mvcc_db_total_size_in_use_in_bytes{` + sel + `})`, "{{instance}} in use"},
			query{`min(etcd_server_quota_backend_bytes{` + sel + `})`, "quota"})).
		WithPanel(graph("Keys", "short", "Keys in each member's database.",
			query{`max by (instance) (etcd_debugging_mvcc_keys_total{` + sel + `})`, "{{instance}}"})).
		WithRow(row("Agreement")).
		WithPanel(graph("Proposals", "ops", "Changes a second that members agreed on, carried out, and could not agree on.",
			query{`max(rate(etcd_server_proposals_committed_total{` + sel + `}[$__rate_interval]))`, "agreed"},
			query{`max(rate(etcd_server_proposals_applied_total{` + sel + `}[$__rate_interval]))`, "carried out"},
			query{`sum(rate(etcd_server_proposals_failed_total{` + sel + `}[$__rate_interval]))`, "failed"})).
		WithPanel(graph("Proposals waiting", "short", "Changes that wait to be agreed on.",
			query{`max by (instance) (etcd_server_proposals_pending{` + sel + `})`, "{{instance}}"})).
		WithPanel(graph("Way between members", "s", "How long a message from one member to another and back takes, at the slowest hundredth. One member alone has none.",
			query{quantile("0.99", "instance", "etcd_network_peer_round_trip_time_seconds", sel), "{{instance}}"})).
		WithPanel(graph("Network", "Bps", "Traffic with clients, which are API servers.",
			query{`sum by (instance) (rate(etcd_network_client_grpc_received_bytes_total{` + sel + `}[$__rate_interval]))`, "{{instance}} received"},
			query{`sum by (instance) (rate(etcd_network_client_grpc_sent_bytes_total{` + sel + `}[$__rate_interval]))`, "{{instance}} sent"})).
		WithRow(row("Requests")).
		WithPanel(graph("Requests", "reqps", "Requests a second by method.",
			query{`topk(10, sum by (grpc_service, grpc_method) (rate(grpc_server_handled_total{` + sel + `}[$__rate_interval])))`, "{{grpc_method}}"})).
		WithPanel(graph("Failed requests", "reqps", "Requests a second that were not answered well, by the code of the answer.",
			query{`sum by (grpc_code) (rate(grpc_server_handled_total{` + sel + `, grpc_code!="OK"}[$__rate_interval]))`, "{{grpc_code}}"}))
	return withProcess(d, sel)
}
