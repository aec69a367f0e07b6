package operatorobjects_test

import (
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/prometheus-operator/prometheus-operator/pkg/operator"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// TestRulesAsTheOperator: a PrometheusRule becomes the bytes that the operator
// writes into its ConfigMap.
func TestRulesAsTheOperator(t *testing.T) {
	for _, o := range file(t, "prometheusrules.yaml") {
		t.Run(o.GetName(), func(t *testing.T) {
			it := converted(t, o, nil)
			spec := o.(*monitoringv1.PrometheusRule).Spec.DeepCopy()
			// The operator's check takes out what a rule file may not have.
			if errs := operator.ValidateRule(*spec, model.UTF8Validation, parser.Options{}); len(errs) > 0 {
				t.Fatal(errs)
			}
			want, err := yaml.Marshal(spec)
			if err != nil {
				t.Fatal(err)
			}
			if string(it.Data) != string(want) {
				t.Errorf("got\n%s\nwant\n%s", it.Data, want)
			}
			published(t, it)
		})
	}
}

// TestRulesRefusedAsByTheOperator: what the operator refuses passes the
// conversion, and package dropin refuses it with a code of its own.
func TestRulesRefusedAsByTheOperator(t *testing.T) {
	const head = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a, namespace: shop}\nspec:\n"
	for name, test := range map[string]struct {
		spec string
		code dropin.Code
	}{
		"expression":     {`{groups: [{name: a, rules: [{alert: A, expr: "sum("}]}]}`, dropin.CodeBadExpression},
		"two names":      {`{groups: [{name: a, rules: [{alert: A, record: b, expr: up}]}]}`, dropin.CodeTwoRuleNames},
		"group twice":    {`{groups: [{name: a, rules: []}, {name: a, rules: []}]}`, dropin.CodeDuplicateGroup},
		"template":       {`{groups: [{name: a, rules: [{alert: A, expr: up, annotations: {a: "{{ $x }}"}}]}]}`, dropin.CodeBadTemplate},
		"for a recorded": {`{groups: [{name: a, rules: [{record: a, expr: up, for: 5m}]}]}`, dropin.CodeAlertOnlyField},
	} {
		t.Run(name, func(t *testing.T) {
			o := objects(t, []byte(head+"  "+test.spec))[0]
			it := converted(t, o, nil)
			if errs := operator.ValidateRule(o.(*monitoringv1.PrometheusRule).Spec, model.UTF8Validation, parser.Options{}); len(errs) == 0 {
				t.Error("the operator accepts it")
			}
			checked := dropin.Check(it, policy)
			if checked.OK() || checked.Problems[0].Code != test.code {
				t.Errorf("problems %v", checked.Problems)
			}
		})
	}
}
