package operatorobjects_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/blang/semver/v4"
	amoperator "github.com/prometheus-operator/prometheus-operator/pkg/alertmanager"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	monitoringv1alpha1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	monitoringv1beta1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1beta1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
	amconfig "github.com/prometheus/alertmanager/config"
	yamlv2 "go.yaml.in/yaml/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// TestAlertmanagerAsTheOperator: the fragments of all objects, put into the base
// together, are the configuration that the operator builds of all of them, but
// for certificates, which are inline.
func TestAlertmanagerAsTheOperator(t *testing.T) {
	lookup := shop(t)
	var all fragment
	want := map[string]*monitoringv1alpha1.AlertmanagerConfig{}
	// The operator takes objects in the order of their names, and so must we here.
	objects := file(t, "alertmanagerconfigs.yaml")
	slices.SortFunc(objects, func(x, y operatorobjects.Object) int {
		return cmp.Compare(x.GetNamespace()+"/"+x.GetName(), y.GetNamespace()+"/"+y.GetName())
	})
	for _, o := range objects {
		it := converted(t, o, lookup)
		published(t, it)
		var f fragment
		if err := yamlv2.UnmarshalStrict(it.Data, &f); err != nil {
			t.Fatal(err)
		}
		if len(f.Route) > 0 {
			all.Routes = append(all.Routes, f.Route)
		}
		all.Receivers = append(all.Receivers, f.Receivers...)
		all.InhibitRules = append(all.InhibitRules, f.InhibitRules...)
		all.TimeIntervals = append(all.TimeIntervals, f.TimeIntervals...)
		want[o.GetNamespace()+"/"+o.GetName()] = alpha(t, o)
	}
	oracle := operatorAlertmanager(t, want, lookup)
	for name, pair := range map[string][2]any{
		"routes":         {all.Routes, oracle.Routes},
		"receivers":      {withoutTLS(all.Receivers), withoutTLS(oracle.Receivers)},
		"inhibit rules":  {all.InhibitRules, oracle.InhibitRules},
		"time intervals": {all.TimeIntervals, oracle.TimeIntervals},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s\ngot  %v\nwant %v", name, pair[0], pair[1])
		}
	}
}

type fragment struct {
	Route         yamlv2.MapSlice   `yaml:"route,omitempty"`
	Routes        []yamlv2.MapSlice `yaml:"-"`
	Receivers     []yamlv2.MapSlice `yaml:"receivers,omitempty"`
	InhibitRules  []yamlv2.MapSlice `yaml:"inhibit_rules,omitempty"`
	TimeIntervals []yamlv2.MapSlice `yaml:"time_intervals,omitempty"`
}

// operatorAlertmanager is what the operator builds, by the base's parts taken away.
func operatorAlertmanager(t *testing.T, objects map[string]*monitoringv1alpha1.AlertmanagerConfig, lookup *cluster) fragment {
	t.Helper()
	am := &monitoringv1.Alertmanager{}
	am.Namespace = trusted
	am.Spec.AlertmanagerConfigMatcherStrategy.Type = monitoringv1.OnNamespaceExceptForAlertmanagerNamespaceConfigMatcherStrategyType
	builder := amoperator.NewConfigBuilder(slog.New(slog.DiscardHandler), semver.MustParse("0.34.2"), assets.NewTestStoreBuilder(lookup.all()...), am)
	if err := builder.InitializeFromRawConfiguration(operatorobjects.DefaultOptions().AlertmanagerBase); err != nil {
		t.Fatal(err)
	}
	if err := builder.AddAlertmanagerConfigs(context.Background(), objects); err != nil {
		t.Fatal(err)
	}
	data, err := builder.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var whole struct {
		Route struct {
			Routes []yamlv2.MapSlice `yaml:"routes"`
		} `yaml:"route"`
		Receivers    []yamlv2.MapSlice `yaml:"receivers"`
		InhibitRules []yamlv2.MapSlice `yaml:"inhibit_rules"`
		Intervals    []yamlv2.MapSlice `yaml:"mute_time_intervals"`
	}
	if err := yamlv2.Unmarshal(data, &whole); err != nil {
		t.Fatal(err)
	}
	return fragment{Routes: whole.Route.Routes, Receivers: whole.Receivers[1:], InhibitRules: whole.InhibitRules, TimeIntervals: whole.Intervals}
}

// withoutTLS writes each receiver out, without the lines that hold TLS material
// or name it.
func withoutTLS(receivers []yamlv2.MapSlice) []string {
	var out []string
	for _, r := range receivers {
		out = append(out, fmt.Sprint(dropTLS(r)))
	}
	return out
}

func dropTLS(v any) any {
	switch v := v.(type) {
	case []any:
		var out []any
		for _, e := range v {
			out = append(out, dropTLS(e))
		}
		return out
	case yamlv2.MapSlice:
		var out yamlv2.MapSlice
		for _, item := range v {
			switch item.Key {
			case "ca", "cert", "key", "ca_file", "cert_file", "key_file":
				if !strings.Contains(fmt.Sprint(item.Value), "shop") && !strings.HasPrefix(fmt.Sprint(item.Value), "-----BEGIN") {
					out = append(out, item)
				}
			default:
				out = append(out, yamlv2.MapItem{Key: item.Key, Value: dropTLS(item.Value)})
			}
		}
		return out
	}
	return v
}

// TestAlertmanagerTLSIsInline: Alertmanager itself reads the material.
func TestAlertmanagerTLSIsInline(t *testing.T) {
	lookup := shop(t)
	it := converted(t, file(t, "alertmanagerconfigs.yaml")[0], lookup)
	var f yamlv2.MapSlice
	if err := yamlv2.Unmarshal(it.Data, &f); err != nil {
		t.Fatal(err)
	}
	for i, item := range f {
		if item.Key == "route" {
			f[i].Value = yamlv2.MapSlice{{Key: "receiver", Value: "shop/webhooks/hook"}, {Key: "routes", Value: []any{item.Value}}}
		}
	}
	whole, err := yamlv2.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := amconfig.Load(string(whole))
	if err != nil {
		t.Fatalf("%v\n%s", err, whole)
	}
	for _, r := range cfg.Receivers {
		if r.Name != "shop/webhooks/secret-hook" {
			continue
		}
		tls := r.WebhookConfigs[0].HTTPConfig.TLSConfig
		if !strings.HasPrefix(tls.CA, "-----BEGIN") || !strings.HasPrefix(tls.Cert, "-----BEGIN") || !strings.HasPrefix(string(tls.Key), "-----BEGIN") {
			t.Errorf("TLS %+v", tls)
		}
		return
	}
	t.Error("no such receiver")
}

// alpha returns the object in the version that the operator works with.
func alpha(t *testing.T, o operatorobjects.Object) *monitoringv1alpha1.AlertmanagerConfig {
	t.Helper()
	switch o := o.DeepCopyObject().(type) {
	case *monitoringv1alpha1.AlertmanagerConfig:
		return o
	case *monitoringv1beta1.AlertmanagerConfig:
		out := &monitoringv1alpha1.AlertmanagerConfig{}
		if err := o.ConvertTo(out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	t.Fatalf("%T", o)
	return nil
}
