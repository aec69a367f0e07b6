package operatorobjects

import (
	"fmt"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	monitoringv1alpha1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	monitoringv1beta1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Group is the API group of all kinds.
const Group = dropin.ObjectGroup

// Kind is the kind of an object, as in its manifest.
type Kind string

// The kinds that are understood.
const (
	ServiceMonitor     Kind = "ServiceMonitor"
	PodMonitor         Kind = "PodMonitor"
	Probe              Kind = "Probe"
	ScrapeConfig       Kind = "ScrapeConfig"
	PrometheusRule     Kind = "PrometheusRule"
	AlertmanagerConfig Kind = "AlertmanagerConfig"
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{ServiceMonitor, PodMonitor, Probe, ScrapeConfig, PrometheusRule, AlertmanagerConfig}
}

// Resource is the plural by which the API server knows the kind.
func (k Kind) Resource() string {
	switch k {
	case ServiceMonitor:
		return monitoringv1.ServiceMonitorName
	case PodMonitor:
		return monitoringv1.PodMonitorName
	case Probe:
		return monitoringv1.ProbeName
	case ScrapeConfig:
		return monitoringv1alpha1.ScrapeConfigName
	case PrometheusRule:
		return monitoringv1.PrometheusRuleName
	case AlertmanagerConfig:
		return monitoringv1alpha1.AlertmanagerConfigName
	}
	return ""
}

// DropIn is the kind of drop-in that objects of this kind become.
func (k Kind) DropIn() dropin.Kind {
	switch k {
	case PrometheusRule:
		return dropin.KindRules
	case AlertmanagerConfig:
		return dropin.KindAlertmanager
	}
	return dropin.KindScrape
}

// Object is an object of one of the kinds.
type Object interface {
	runtime.Object
	metav1.Object
}

// Decode reads an object of unknown type, as a dynamic client delivers it.
func Decode(content map[string]any) (Object, error) {
	var meta metav1.TypeMeta
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, &meta); err != nil {
		return nil, fmt.Errorf("read apiVersion and kind: %w", err)
	}
	object, err := newObject(meta.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, object); err != nil {
		return nil, fmt.Errorf("read a %s: %w", meta.Kind, err)
	}
	return object, nil
}

func newObject(gvk schema.GroupVersionKind) (Object, error) {
	switch gvk {
	case monitoringv1.SchemeGroupVersion.WithKind(string(ServiceMonitor)):
		return &monitoringv1.ServiceMonitor{}, nil
	case monitoringv1.SchemeGroupVersion.WithKind(string(PodMonitor)):
		return &monitoringv1.PodMonitor{}, nil
	case monitoringv1.SchemeGroupVersion.WithKind(string(Probe)):
		return &monitoringv1.Probe{}, nil
	case monitoringv1.SchemeGroupVersion.WithKind(string(PrometheusRule)):
		return &monitoringv1.PrometheusRule{}, nil
	case monitoringv1alpha1.SchemeGroupVersion.WithKind(string(ScrapeConfig)):
		return &monitoringv1alpha1.ScrapeConfig{}, nil
	case monitoringv1alpha1.SchemeGroupVersion.WithKind(string(AlertmanagerConfig)):
		return &monitoringv1alpha1.AlertmanagerConfig{}, nil
	case monitoringv1beta1.SchemeGroupVersion.WithKind(string(AlertmanagerConfig)):
		return &monitoringv1beta1.AlertmanagerConfig{}, nil
	}
	return nil, fmt.Errorf("%s is not a kind that is understood", gvk)
}

// kindOf returns the kind of a typed object, empty if it is none of them. The
// object's own TypeMeta is not asked: typed clients leave it empty.
func kindOf(o Object) Kind {
	switch o.(type) {
	case *monitoringv1.ServiceMonitor:
		return ServiceMonitor
	case *monitoringv1.PodMonitor:
		return PodMonitor
	case *monitoringv1.Probe:
		return Probe
	case *monitoringv1alpha1.ScrapeConfig:
		return ScrapeConfig
	case *monitoringv1.PrometheusRule:
		return PrometheusRule
	case *monitoringv1alpha1.AlertmanagerConfig, *monitoringv1beta1.AlertmanagerConfig:
		return AlertmanagerConfig
	}
	return ""
}
