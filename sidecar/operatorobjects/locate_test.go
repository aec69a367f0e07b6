package operatorobjects_test

import (
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// TestLocate: a problem in the generated file names the field of the object.
func TestLocate(t *testing.T) {
	o := objects(t, []byte(`
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: a, namespace: shop}
spec:
  groups:
  - {name: a, rules: [{alert: A, expr: up}]}
  - name: b
    rules:
    - {alert: B, expr: up, annotations: {summary: fine}}
    - {alert: C, expr: "sum(", labels: {severity: info}}
    - {record: d, expr: up, for: 5m}
`))[0]
	it := converted(t, o, nil)
	problems := operatorobjects.Locate(it, dropin.Check(it, policy).Problems)
	var messages []string
	for _, p := range problems {
		if p.Line != 0 {
			t.Errorf("line %d is left: %s", p.Line, p)
		}
		messages = append(messages, p.Message)
	}
	all := strings.Join(messages, "\n")
	for _, path := range []string{"spec.groups[1].rules[1].expr: ", "spec.groups[1].rules[2].for: "} {
		if !strings.Contains(all, path) {
			t.Errorf("no %s in\n%s", path, all)
		}
	}
}
