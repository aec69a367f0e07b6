package operatorobjects

import (
	"fmt"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"sigs.k8s.io/yaml"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// ruleFile returns the rule file of a PrometheusRule, nil if it has no groups.
//
// It does not validate: package dropin parses the file with the parser that the
// operator's check uses, and knows a code for each problem. It takes larger
// objects than the operator, which has to fit them into a ConfigMap.
func ruleFile(object Object) ([]byte, []dropin.Problem, error) {
	pr, ok := object.(*monitoringv1.PrometheusRule)
	if !ok {
		return nil, nil, fmt.Errorf("%T is not a PrometheusRule", object)
	}
	if len(pr.Spec.Groups) == 0 {
		return nil, nil, nil
	}
	spec := pr.Spec.DeepCopy()
	for i := range spec.Groups {
		asPrometheus(&spec.Groups[i])
	}
	data, err := yaml.Marshal(spec)
	if err != nil {
		return nil, nil, fmt.Errorf("write the rule file: %w", err)
	}
	return data, nil, nil
}

// asPrometheus takes out what is for Thanos only, and empty durations, which
// the API allows and a rule file does not.
func asPrometheus(g *monitoringv1.RuleGroup) {
	g.PartialResponseStrategy = ""
	if g.Interval != nil && *g.Interval == "" {
		g.Interval = nil
	}
	for i := range g.Rules {
		if r := &g.Rules[i]; r.For != nil && *r.For == "" {
			r.For = nil
		}
	}
}
