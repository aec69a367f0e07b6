package operatorobjects_test

import (
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	promoperator "github.com/prometheus-operator/prometheus-operator/pkg/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// operatorPrometheus is an installation of the operator's, with the one setting
// that is not its default, and its generator.
func operatorPrometheus(t *testing.T) (*monitoringv1.Prometheus, *promoperator.ConfigGenerator) {
	t.Helper()
	role := monitoringv1.EndpointSliceRole
	prom := &monitoringv1.Prometheus{
		ObjectMeta: metav1.ObjectMeta{Namespace: "operator", Name: "k8s"},
		Spec: monitoringv1.PrometheusSpec{
			EvaluationInterval: "1m",
			CommonPrometheusFields: monitoringv1.CommonPrometheusFields{
				Version: "v3.15.0", ScrapeInterval: "1m", ServiceDiscoveryRole: &role,
			},
		},
	}
	gen, err := promoperator.NewConfigGenerator(nil, prom, promoperator.WithEndpointSliceSupport(), promoperator.WithInlineTLSConfig())
	if err != nil {
		t.Fatal(err)
	}
	return prom, gen
}
