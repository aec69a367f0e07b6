package dropin_test

import (
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// valid are drop-ins that must pass for a tenant, with the corners of YAML that
// people use.
var valid = map[dropin.Kind][]string{
	dropin.KindScrape: {
		"scrape_configs: []\n",
		"scrape_configs:\n",
		"{}\n",
		"---\nscrape_configs:\n- job_name: api\n  static_configs:\n  - targets: [\"api:9090\"]\n...\n",
		"\ufeffscrape_configs:\r\n- job_name: api # mine\r\n  static_configs:\r\n  - targets: ['api:9090']\r\n",
		`{"scrape_configs": [{"job_name": "api", "relabel_configs": [{"target_label": "x", "replacement": "y"}]}]}`,
		"scrape_configs:\n- &base\n  job_name: a\n  scheme: https\n  relabel_configs: [{target_label: x, replacement: y}]\n  static_configs: [{targets: [\"a:1\"]}]\n- <<: *base\n  job_name: b\n- <<: [*base, {metrics_path: /m}]\n  job_name: c\n  relabel_configs: []\n",
		"scrape_configs:\n- job_name: a\n  relabel_configs: &r\n  - {source_labels: [job], target_label: team}\n  - {action: labelmap, regex: __meta_kubernetes_pod_label_(.+)}\n- job_name: b\n  relabel_configs: *r\n",
		"scrape_configs:\n- job_name: 'it''s'\n  relabel_configs:\n- job_name: \"tab\\there\"\n  honor_labels: yes\n- job_name: 007\n  params:\n    module: [http_2xx, 0o7, ~]\n- job_name: >-\n    folded\n    name\n- job_name: |\n    literal\n",
		"scrape_configs:\n- job_name: auth\n  basic_auth: {username: u, password: 'p$1: \"#'}\n  static_configs: [{targets: [\"a:1\"], labels: {my_file: f, files: g, password_ref: h}}]\n  params: {ca_file: [x]}\n",
		"scrape_configs:\n- job_name: pods\n  kubernetes_sd_configs:\n  - role: pod\n  - role: service\n    namespaces: {names: [team]}\n  - role: endpointslice\n    selectors:\n    - {role: service, label: a=b}\n  - {role: node, api_server: \"https://other:6443\", bearer_token: t}\n",
		"scrape_configs:\n- job_name: sd\n  dns_sd_configs: [{names: [a], type: A, port: 80}]\n  http_sd_configs: [{url: \"http://d/\"}]\n  scrape_interval: 1m30s\n  scrape_timeout: 10s\n  sample_limit: 5\n  body_size_limit: 10MB\n",
		"scrape_configs:\n- job_name: text\n  tls_config:\n    insecure_skip_verify: true\n  http_headers:\n    X-Text:\n      values: [\"a\\nb\"]\n  authorization:\n    credentials: |2\n        leading blanks\n      and more\n",
	},
	dropin.KindRules: {
		"groups: []\n",
		"groups:\n",
		"groups:\n- name: empty\n",
		"groups:\n- name: g\n  rules:\n  -\n  - {record: a, expr: 1}\n",
		"groups:\n- name: g\n  interval: 30s\n  limit: 10\n  query_offset: 1m\n  labels: {team: a}\n  rules:\n  - record: job:up:sum\n    expr: sum by (job) (up)\n    labels: {x: '{{ not a template'}\n  - alert: Down\n    expr: |\n      up == 0\n    for: 5m\n    keep_firing_for: 1h\n    labels: {severity: page}\n    annotations:\n      summary: '{{ $labels.job }} is {{ $value | humanize }}'\n",
		"groups:\n- name: g\n  rules:\n  - &r {record: a, expr: b}\n  - <<: *r\n    record: c\n",
		"groups:\n- name: utf8\n  rules:\n  - {record: \"größe.total\", expr: '{\"größe.total\"}'}\n",
	},
	dropin.KindDashboard:  {`{"title": "a"}`, `{"uid": "abc", "title": "a", "panels": []}`, `{"uid": null, "title": "a"}`, `{"apiVersion": "dashboard.grafana.app/v2", "kind": "Dashboard", "metadata": {"name": "x"}, "spec": {"title": "a"}}`},
	dropin.KindDatasource: {"apiVersion: 1\ndatasources:\n- {name: a, type: prometheus, url: \"http://a\", isDefault: true, orgId: 1}\n- {name: b, type: loki, jsonData: {x: a$$b}}\n"},
	dropin.KindAlertmanager: {
		"route: {receiver: a}\nreceivers: [{name: a}]\n",
		"{}\n",
		"route:\nreceivers:\n",
		"receivers: [{name: unused}]\n",
		"route:\n  matchers: [severity=\"critical\", 'team=~\"a|b\"']\n  group_by: ['...']\n  routes:\n  - match: {a: b}\n    match_re: {c: 'd.*'}\n    continue: true\n  - mute_time_intervals: [office-hours, nights]\ntime_intervals:\n- name: nights\n  time_intervals:\n  - times: [{start_time: '22:00', end_time: '24:00'}]\n    location: Europe/Berlin\n",
		"route: {receiver: all}\nreceivers:\n- name: all\n  slack_configs:\n  - channel: '#team'\n    title: '{{ template \"slack.default.title\" . }}'\n    text: |-\n      {{ range .Alerts }}{{ .Annotations.summary }}\n      {{ end }}\n  - {api_url: \"https://hooks.slack.com/mine\", http_config: {proxy_url: \"http://proxy/\"}}\n  email_configs:\n  - to: team@example.org\n  - {to: a@b, smarthost: \"mine:25\", auth_password: mine}\n  webhook_configs:\n  - url: http://a/\n    http_config: {basic_auth: {username: u, password: 'p{{'}}\n  pagerduty_configs:\n  - routing_key: k\n    details: {a: '{{ .CommonLabels.job }}', b: {c: [d]}}\n  opsgenie_configs: [{message: m}]\n  telegram_configs: [{bot_token: t, chat_id: 7}]\n  sns_configs:\n  - topic_arn: t\n    sigv4: {access_key: a, secret_key: b, region: r}\n",
		"inhibit_rules:\n- source_matchers: [a=b]\n  target_matchers: [c=d]\n  equal: [namespace]\n- source_match: {a: b}\n  target_match: {c: d}\n",
		"receivers:\n- &r\n  name: a\n  webhook_configs: [{url: \"http://a/\"}]\n- <<: *r\n  name: b\n",
		"templates: [mine.tmpl]\n",
	},
}

func TestValid(t *testing.T) {
	for kind, list := range valid {
		for _, data := range list {
			it := item(kind, []byte(data))
			c := dropin.Check(it, policy)
			if !c.OK() {
				t.Errorf("refused: %v\n%s", c.Problems, data)
				continue
			}
			switch kind {
			case dropin.KindScrape:
				sameTargets(t, it, serverAccepts(t, c))
			case dropin.KindRules:
				serverAccepts(t, c)
			default:
				neighbourAccepts(t, c, policy)
			}
		}
	}
}
