package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// alertmanager shows the last step of an alert: what came, what was held back, what was sent and what failed.
func alertmanager() *dashboard.DashboardBuilder {
	sel := selector("alertmanager")
	d := newDashboard("alertmanager", "Monitoring / Alertmanager", "What becomes of alerts: which came, which are silenced, who was told, and where telling failed.").
		WithVariable(instances("alertmanager")).
		WithPanel(number("Answering", "short", "Alertmanagers that can be scraped.", answering(sel), fallsTo(1)...)).
		WithPanel(number("Alerts", "short", "Alerts that are active now. Several Alertmanagers have the same ones.",
			`max(alertmanager_alerts{`+sel+`, state="active"})`)).
		WithPanel(number("Held back", "short", "Alerts of which nobody is told now, because of a silence or another alert.",
			`max(alertmanager_alerts{`+sel+`, state="suppressed"})`)).
		WithPanel(number("Silences", "short", "Silences that are in force.", `max(alertmanager_silences{`+sel+`, state="active"})`)).
		WithPanel(number("Failed", "percentunit", "Share of notifications in the last hour that failed.",
			`sum(rate(alertmanager_notifications_failed_total{`+sel+`}[1h])) / sum(rate(alertmanager_notifications_total{`+sel+`}[1h])) or vector(0)`, risesTo(0.01, 0.1)...)).
		WithPanel(number("Configuration", "short", "1 where the newest configuration is in use, 0 where it was refused.",
			`min(alertmanager_config_last_reload_successful{`+sel+`})`, fallsTo(1)...)).
		WithRow(row("In")).
		WithPanel(graph("Alerts received", "ops", "Alerts a second that servers send, and those that were refused.",
			query{`sum by (status) (rate(alertmanager_alerts_received_total{` + sel + `}[$__rate_interval]))`, "{{status}}"},
			query{`sum(rate(alertmanager_alerts_invalid_total{` + sel + `}[$__rate_interval]))`, "refused"})).
		WithPanel(stacked("Alerts", "short", "Alerts by what becomes of them. Each Alertmanager has them all; one is shown.",
			query{`max by (state) (alertmanager_alerts{` + sel + `})`, "{{state}}"})).
		WithRow(row("Out")).
		WithPanel(graph("Notifications", "ops", "Notifications a second by the way they go. Without a receiver there are none.",
			query{`sum by (integration) (rate(alertmanager_notifications_total{` + sel + `}[$__rate_interval])) > 0`, "{{integration}}"})).
		WithPanel(graph("Failed notifications", "ops", "Notifications a second that failed, by way and reason.",
			query{`sum by (integration, reason) (rate(alertmanager_notifications_failed_total{` + sel + `}[$__rate_interval])) > 0`, "{{integration}} {{reason}}"})).
		WithPanel(graph("Time of a notification", "s", "How long a notification takes at the slowest tenth, by the way it goes.",
			query{quantile("0.9", "integration", "alertmanager_notification_latency_seconds", sel), "{{integration}}"})).
		WithPanel(graph("Groups", "short", "Groups of alerts: each is one notification. Very many of them mean that group_by names labels that differ between all alerts.",
			query{`max by (instance) (alertmanager_dispatcher_aggregation_groups{` + sel + `})`, "{{instance}}"})).
		WithRow(row("Together")).
		WithPanel(graph("Members", "short", "Alertmanagers that each one sees, itself included. One that sees fewer than the others tells people twice.",
			query{`max by (instance) (alertmanager_cluster_members{` + sel + `})`, "{{instance}}"})).
		WithPanel(graph("Messages waiting", "short", "Messages to other Alertmanagers that are not sent yet.",
			query{`max by (instance) (alertmanager_cluster_messages_queued{` + sel + `})`, "{{instance}}"}))
	return withProcess(d, sel)
}
