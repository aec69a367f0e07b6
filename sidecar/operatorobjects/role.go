package operatorobjects

import (
	"regexp"
	"slices"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
)

// endpointsLabel matches the labels of discovery that only Endpoints have.
var endpointsLabel = regexp.MustCompile(`__meta_kubernetes_endpoints?_`)

// discoveryRole is how a ServiceMonitor that does not say so itself discovers.
// Kubernetes has deprecated Endpoints for EndpointSlices, which lead to the same
// targets under other names of labels. An object that reads the old names keeps
// its Endpoints.
func discoveryRole(object Object) monitoringv1.ServiceDiscoveryRole {
	sm, ok := object.(*monitoringv1.ServiceMonitor)
	if ok && slices.ContainsFunc(sm.Spec.Endpoints, readsEndpoints) {
		return monitoringv1.EndpointsRole
	}
	return monitoringv1.EndpointSliceRole
}

func readsEndpoints(e monitoringv1.Endpoint) bool {
	return slices.ContainsFunc(e.RelabelConfigs, func(r monitoringv1.RelabelConfig) bool {
		return endpointsLabel.MatchString(r.Regex) ||
			slices.ContainsFunc(r.SourceLabels, func(l monitoringv1.LabelName) bool { return endpointsLabel.MatchString(string(l)) })
	})
}
