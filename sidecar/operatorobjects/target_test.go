package operatorobjects_test

import (
	"bytes"
	"testing"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
)

// TestTargetAsTheOperator: a target gets the labels from what the server runs
// that an operator's single server would give it, sharding included, and the
// job label above all.
func TestTargetAsTheOperator(t *testing.T) {
	target := map[string]string{
		"__address__": "10.0.0.1:8080", "__scheme__": "http", "__metrics_path__": "/metrics",
		"__meta_kubernetes_namespace": "shop", "__meta_kubernetes_service_name": "api", "__meta_kubernetes_pod_name": "api-0",
		"__meta_kubernetes_service_label_app": "api", "__meta_kubernetes_service_labelpresent_app": "true",
		"__meta_kubernetes_service_label_team": "shop", "__meta_kubernetes_pod_label_version": "7",
		"__meta_kubernetes_endpointslice_port_name":           "metrics",
		"__meta_kubernetes_endpointslice_address_target_kind": "Pod",
		"__meta_kubernetes_endpointslice_address_target_name": "api-0",
		"__meta_kubernetes_pod_container_name":                "main", "__meta_kubernetes_pod_phase": "Running",
	}
	for _, o := range file(t, "servicemonitors.yaml") {
		if name := o.GetName(); name != "labels-and-limits" && name != "relabelings" && name != "own-namespace" {
			continue
		}
		t.Run(o.GetName(), func(t *testing.T) {
			ours := load(t, published(t, converted(t, o, nil)))
			theirs := load(t, operatorAlone(t, o.DeepCopyObject().(*monitoringv1.ServiceMonitor)))
			got, kept := relabeled(ours, target)
			want, expected := relabeled(theirs, target)
			if !kept || !expected || got != want {
				t.Errorf("got  %v %s\nwant %v %s", kept, got, expected, want)
			}
		})
	}
}

// operatorAlone is the operator's configuration as its reloader hands it to
// the one shard there is.
func operatorAlone(t *testing.T, sm *monitoringv1.ServiceMonitor) []byte {
	t.Helper()
	prom, gen := operatorPrometheus(t)
	data, err := gen.GenerateServerConfiguration(prom, map[string]*monitoringv1.ServiceMonitor{"a": sm}, nil, nil, nil, assets.NewTestStoreBuilder(), nil, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(data, []byte("$(SHARD)"), []byte("0"))
}

func load(t *testing.T, data []byte) *config.ScrapeConfig {
	t.Helper()
	cfg, err := config.Load(string(data), promslog.NewNopLogger())
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return cfg.ScrapeConfigs[0]
}

// relabeled returns the labels that the target's series have, as the server's
// scrape manager finds them, and whether there is a target.
func relabeled(sc *config.ScrapeConfig, target map[string]string) (string, bool) {
	b := labels.NewBuilder(labels.FromMap(target))
	b.Set("job", sc.JobName)
	kept := relabel.ProcessBuilder(b, sc.RelabelConfigs...)
	b.Range(func(l labels.Label) {
		if len(l.Name) > 1 && l.Name[:2] == "__" {
			b.Del(l.Name)
		}
	})
	return b.Labels().String(), kept
}
