package ruletest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const ruleFile = `groups:
- name: first
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
- name: second
  rules:
  - alert: Down
    expr: job:up:sum == 0
    for: 2m
    labels: {severity: page}
    annotations: {summary: "{{ $labels.job }} of {{ $externalLabels.cluster }}"}
`

func TestRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "rules.yaml"), []byte(ruleFile), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ tests, want string }{
		"fires": {`
  - input_series: [{series: 'up{job="a"}', values: '0x10'}]
    external_labels: {cluster: c}
    alert_rule_test:
    - {eval_time: 1m, alertname: Down}
    - eval_time: 5m
      alertname: Down
      exp_alerts: [{exp_labels: {job: a, severity: page}, exp_annotations: {summary: a of c}}]
    promql_expr_test:
    - {expr: 'ALERTS{alertstate="firing"}', eval_time: 5m, exp_samples: [{labels: 'ALERTS{alertname="Down", alertstate="firing", job="a", severity="page"}', value: 1}]}
    - {expr: 1 + 1, eval_time: 5m, exp_samples: [{value: 2, labels: '{}'}]}
`, ""},
		"the wrong value": {`
  - input_series: [{series: 'up{job="a"}', values: '3x10'}]
    promql_expr_test:
    - {expr: job:up:sum, eval_time: 2m, exp_samples: [{labels: 'job:up:sum{job="a"}', value: 4}]}
`, `expression job:up:sum at 2m: expected {__name__="job:up:sum", job="a"} 4, got {__name__="job:up:sum", job="a"} 3`},
		"another start": {`
  - start_timestamp: 2026-01-01T00:00:00Z
    input_series: [{series: 'up{job="a"}', values: '3x10'}]
    promql_expr_test:
    - {expr: 'year(vector(time()))', eval_time: 2m, exp_samples: [{labels: '{}', value: 2026}]}
`, ""},
		"a histogram": {`
  - input_series: [{series: 'h', values: '{{schema:0 sum:1 count:2 buckets:[1 1]}}x5'}]
    promql_expr_test:
    - {expr: h, eval_time: 2m, exp_samples: [{labels: h, histogram: '{{schema:0 sum:1 count:2 counter_reset_hint:not_reset buckets:[1 1]}}'}]}
`, ""},
		"an expression that is none": {`
  - promql_expr_test: [{expr: 'sum(', eval_time: 1m}]
`, "unclosed left parenthesis"},
		"an alert without a name": {`
  - alert_rule_test: [{eval_time: 1m}]
`, "names no alert"},
		"series that are none": {`
  - input_series: [{series: 'up{', values: '1'}]
`, "error"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse([]byte("rule_files: ['*.yaml']\ngroup_eval_order: [first, second]\ntests:" + c.tests))
			if err != nil {
				t.Fatal(err)
			}
			results, err := f.Run(dir)
			if err != nil || len(results) != 1 || results[0].Line == 0 {
				t.Fatalf("%+v, %v", results, err)
			}
			got := strings.Join(results[0].Failures, "\n")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for want, text := range map[string]string{
		"no tests":        "rule_files: []\ntests: []\n",
		"has no field":    "rule_files: []\ntests:\n- input: []\n",
		"not a valid dur": "rule_files: []\nevaluation_interval: soon\ntests: [{}]\n",
		"field nonsense":  "nonsense: 1\ntests: [{}]\n",
		"neither a time":  "tests:\n- start_timestamp: now\n",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRuleFilesThatAreNotThere(t *testing.T) {
	f, err := Parse([]byte("rule_files: [nowhere.yaml]\ntests: [{}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Run(t.TempDir()); err == nil || !strings.Contains(err.Error(), "nowhere.yaml") {
		t.Error(err)
	}
}
