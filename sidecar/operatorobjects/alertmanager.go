package operatorobjects

import (
	"context"
	"fmt"

	"github.com/blang/semver/v4"
	amoperator "github.com/prometheus-operator/prometheus-operator/pkg/alertmanager"
	validationv1alpha1 "github.com/prometheus-operator/prometheus-operator/pkg/alertmanager/validation/v1alpha1"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	monitoringv1alpha1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	monitoringv1beta1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1beta1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
	amconfig "github.com/prometheus/alertmanager/config"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// alertmanagerVersion tells the operator's generator which fields the
// Alertmanager of the stack understands.
const alertmanagerVersion = "0.34.2"

// hub returns the object in the version that the operator's library converts from.
func hub(object Object) (Object, error) {
	beta, ok := object.(*monitoringv1beta1.AlertmanagerConfig)
	if !ok {
		return object, nil
	}
	alpha := &monitoringv1alpha1.AlertmanagerConfig{}
	if err := beta.ConvertTo(alpha); err != nil {
		return nil, err
	}
	return alpha, nil
}

// alertmanagerFragment returns the part that the object adds to the base
// configuration, nil if it adds nothing. It has been built into the base and
// read by Alertmanager's own parser.
func (c *Converter) alertmanagerFragment(object Object, store *assets.StoreBuilder) ([]byte, []dropin.Problem, error) {
	amc, ok := object.(*monitoringv1alpha1.AlertmanagerConfig)
	if !ok {
		return nil, nil, fmt.Errorf("%T is not an AlertmanagerConfig", object)
	}
	if err := validationv1alpha1.ValidateAlertmanagerConfig(amc); err != nil {
		return nil, []dropin.Problem{invalid(err)}, nil
	}
	if err := loadTLS(amc, store); err != nil {
		return nil, []dropin.Problem{invalid(err)}, nil
	}
	version, err := semver.Parse(alertmanagerVersion)
	if err != nil {
		return nil, nil, fmt.Errorf("parse Alertmanager's version: %w", err)
	}
	builder := amoperator.NewConfigBuilder(c.opts.Logger, version, store, c.alertmanager(amc))
	if err := builder.InitializeFromRawConfiguration(c.opts.AlertmanagerBase); err != nil {
		return nil, nil, fmt.Errorf("read the base configuration of Alertmanager: %w", err)
	}
	base, err := builder.MarshalJSON() // YAML, whatever its name says
	if err != nil {
		return nil, nil, fmt.Errorf("write the base configuration of Alertmanager: %w", err)
	}
	// All that the object refers to is in the store, so that the context is never asked.
	if err := builder.AddAlertmanagerConfigs(context.Background(), map[string]*monitoringv1alpha1.AlertmanagerConfig{
		amc.Namespace + "/" + amc.Name: amc.DeepCopy(),
	}); err != nil {
		return nil, []dropin.Problem{invalid(err)}, nil
	}
	whole, err := builder.MarshalJSON()
	if err != nil {
		return nil, nil, fmt.Errorf("write the configuration of Alertmanager: %w", err)
	}
	whole, err = inlineTLS(whole, store.TLSAssets())
	if err != nil {
		return nil, nil, err
	}
	if _, err := amconfig.Load(string(whole)); err != nil {
		return nil, []dropin.Problem{invalid(err)}, nil
	}
	data, err := added(base, whole)
	return data, nil, err
}

// alertmanager is the object for which an operator would build a configuration.
// Who is not trusted gets the alerts of their own namespace only.
func (c *Converter) alertmanager(amc *monitoringv1alpha1.AlertmanagerConfig) *monitoringv1.Alertmanager {
	strategy := monitoringv1.OnNamespaceConfigMatcherStrategyType
	if c.trusts(amc) {
		strategy = monitoringv1.NoneConfigMatcherStrategyType
	}
	return &monitoringv1.Alertmanager{
		ObjectMeta: metav1.ObjectMeta{Namespace: amc.Namespace, Name: "kube-monitoring-stack"},
		Spec: monitoringv1.AlertmanagerSpec{
			AlertmanagerConfigMatcherStrategy: monitoringv1.AlertmanagerConfigMatcherStrategy{Type: strategy},
		},
	}
}
