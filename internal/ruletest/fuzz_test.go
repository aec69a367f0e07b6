package ruletest

import "testing"

// FuzzParse: whatever a file of tests holds, it is read or refused.
func FuzzParse(f *testing.F) {
	f.Add([]byte("rule_files: [a.yaml]\ntests:\n- interval: 1m\n  input_series: [{series: 'up', values: '1x5'}]\n  promql_expr_test: [{expr: up, eval_time: 1m, exp_samples: [{labels: up, value: 1}]}]\n"))
	f.Add([]byte("tests: [{start_timestamp: 2026-01-01T00:00:00Z, alert_rule_test: [{eval_time: 5m, alertname: A}]}]\n"))
	f.Add([]byte("tests: [{interval: -1m, start_timestamp: 1e400}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		if len(file.Tests) == 0 {
			t.Error("no tests and no error")
		}
		for i := range file.Tests {
			if file.Tests[i].last() < 0 {
				t.Error("the last expectation is before the first sample")
			}
		}
	})
}
