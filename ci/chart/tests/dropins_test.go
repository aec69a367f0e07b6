package tests

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// labeled are the ConfigMaps of a release that are drop-ins.
func labeled(t *testing.T, r *render.Release) []*corev1.ConfigMap {
	t.Helper()
	var out []*corev1.ConfigMap
	for _, cm := range typed[*corev1.ConfigMap](t, r) {
		if cm.Labels[dropin.Label] != "" {
			out = append(out, cm)
		}
	}
	return out
}

// The stack's own jobs, rules and dashboards pass the checks that every team's do.
func TestDropInsPassTheirChecks(t *testing.T) {
	forEachValues(t, func(t *testing.T, _ map[string]any, r *render.Release) {
		var checked []dropin.Checked
		kinds := map[dropin.Kind]int{}
		policy := dropin.Policy{}
		for _, cm := range labeled(t, r) {
			policy.Trusted = []string{cm.Namespace}
			items, problems := dropin.FromConfigMap(cm)
			for _, p := range problems {
				t.Error(p)
			}
			for _, item := range items {
				c := dropin.Check(item, policy)
				for _, p := range c.Problems {
					t.Error(p)
				}
				kinds[item.Kind]++
				checked = append(checked, c)
			}
		}
		bundle, problems := dropin.Assemble(checked, policy)
		for _, p := range problems {
			t.Error(p)
		}
		t.Logf("%v, digest %s", kinds, bundle.Digest())
		if kinds[dropin.KindScrape] == 0 {
			t.Error("there are no scrape jobs")
		}
	})
}
