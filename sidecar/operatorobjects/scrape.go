package operatorobjects

import (
	"context"
	"errors"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	monitoringv1alpha1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
	"github.com/prometheus-operator/prometheus-operator/pkg/operator"
	promoperator "github.com/prometheus-operator/prometheus-operator/pkg/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/tools/cache"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// serverVersion tells the operator's generator which fields the server
// understands. Where it is newer than the library, the library's newest holds.
const serverVersion = "v3.15.0"

// scrapeFile returns a file with the object's scrape jobs, nil if it has none.
func (c *Converter) scrapeFile(object Object, store *assets.StoreBuilder) ([]byte, []dropin.Problem, error) {
	prom := c.prometheus(object)
	jobs, err := c.selectJobs(prom, object, store)
	if err != nil {
		return nil, []dropin.Problem{invalid(err)}, nil
	}
	gen, err := promoperator.NewConfigGenerator(c.opts.Logger, prom,
		promoperator.WithEndpointSliceSupport(), promoperator.WithInlineTLSConfig())
	if err != nil {
		return nil, nil, err
	}
	whole, err := gen.GenerateServerConfiguration(prom, jobs.services, jobs.pods, jobs.probes, jobs.scrapes, store, nil, nil, nil, nil)
	if err != nil {
		return nil, []dropin.Problem{invalid(err)}, nil
	}
	return scrapeConfigsOf(whole)
}

// prometheus is the object for which an operator would generate a
// configuration. It stands in the namespace of the object that is converted: a
// selector for namespaces that is not set means that one.
func (c *Converter) prometheus(object Object) *monitoringv1.Prometheus {
	role := discoveryRole(object)
	return &monitoringv1.Prometheus{
		ObjectMeta: metav1.ObjectMeta{Namespace: object.GetNamespace(), Name: "kube-monitoring-stack"},
		Spec: monitoringv1.PrometheusSpec{
			CommonPrometheusFields: monitoringv1.CommonPrometheusFields{
				Version:              serverVersion,
				ScrapeInterval:       monitoringv1.Duration(c.opts.ScrapeInterval),
				ServiceDiscoveryRole: &role,
			},
		},
	}
}

// selection is what the generator wants, keyed by namespace/name: one object.
type selection struct {
	services map[string]*monitoringv1.ServiceMonitor
	pods     map[string]*monitoringv1.PodMonitor
	probes   map[string]*monitoringv1.Probe
	scrapes  map[string]*monitoringv1alpha1.ScrapeConfig
}

// selectJobs runs the operator's own check, which is part of its selection of
// objects, and loads TLS material into the store. The error is the object's fault.
func (c *Converter) selectJobs(prom *monitoringv1.Prometheus, object Object, store *assets.StoreBuilder) (selection, error) {
	// The recorder of events blocks when it is full: it gets one for one object.
	selector, err := promoperator.NewResourceSelector(c.opts.Logger, prom, store, nil, c.metrics, operator.NewFakeRecorder(1, prom))
	if err != nil {
		return selection{}, err
	}
	var s selection
	list := only(object)
	switch kindOf(object) {
	case ServiceMonitor:
		s.services, err = valid(selector.SelectServiceMonitors, list)
	case PodMonitor:
		s.pods, err = valid(selector.SelectPodMonitors, list)
	case Probe:
		s.probes, err = valid(selector.SelectProbes, list)
	case ScrapeConfig:
		s.scrapes, err = valid(selector.SelectScrapeConfigs, list)
	}
	return s, err
}

// only lists one object, whatever is asked for.
func only(object Object) promoperator.ListAllByNamespaceFn {
	return func(_ string, _ labels.Selector, add cache.AppendFunc) error {
		add(object)
		return nil
	}
}

// valid returns the selected object, or why the operator would reject it.
func valid[T operator.ConfigurationResource](
	sel func(context.Context, promoperator.ListAllByNamespaceFn) (operator.TypedResourcesSelection[T], error),
	list promoperator.ListAllByNamespaceFn,
) (map[string]T, error) {
	// The store holds all that is asked for, so no call that a context could cut
	// short is ever made.
	found, err := sel(context.Background(), list)
	if err != nil {
		return nil, err
	}
	objects := found.ValidResources()
	for name, resource := range found {
		if _, ok := objects[name]; !ok {
			return nil, errors.New(resource.Conditions()[0].Message)
		}
	}
	return objects, nil
}
