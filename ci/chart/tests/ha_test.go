package tests

import (
	"testing"

	policyv1 "k8s.io/api/policy/v1"
)

// Replicas are kept apart, taken away one at a time, and told apart where their
// samples meet; their alerts are the same.
func TestReplicas(t *testing.T) {
	one := rendered(t, nil)
	if n := len(typed[*policyv1.PodDisruptionBudget](t, one)); n != 0 {
		t.Errorf("%d disruption budgets for single replicas: nodes could not be drained", n)
	}
	t.Setenv("POD_NAME", "server-0")
	two := rendered(t, withValues(map[string]any{
		"server":       map[string]any{"replicas": 2},
		"alertmanager": map[string]any{"replicas": 2},
	}))
	if n := len(typed[*policyv1.PodDisruptionBudget](t, two)); n != 2 {
		t.Errorf("%d disruption budgets, want 2", n)
	}
	for _, component := range []string{"server", "alertmanager"} {
		if n := len(pods(t, two)[component].Spec.TopologySpreadConstraints); n != 2 {
			t.Errorf("%s has %d spread constraints, want 2", component, n)
		}
	}
	config := baseConfig(t, two)
	if got := config.GlobalConfig.ExternalLabels.Get("prometheus_replica"); got != "server-0" {
		t.Errorf("external label prometheus_replica is %q", got)
	}
	if rules := config.AlertingConfig.AlertRelabelConfigs; len(rules) != 1 || rules[0].Action != "labeldrop" || !rules[0].Regex.MatchString("prometheus_replica") {
		t.Errorf("alerts keep the label prometheus_replica: %v", rules)
	}
	if labels := baseConfig(t, one).GlobalConfig.ExternalLabels; !labels.IsEmpty() {
		t.Errorf("a single server has the external labels %v", labels)
	}
}
