package tests

import (
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
)

// What annotations say becomes what is scraped.
func TestAnnotationDiscovery(t *testing.T) {
	r := rendered(t, nil)
	pod := map[string]string{
		"__address__": "10.0.0.1:8080", "__scheme__": "http", "__metrics_path__": "/metrics",
		"__meta_kubernetes_namespace": "shop", "__meta_kubernetes_pod_name": "api-0", "__meta_kubernetes_pod_node_name": "node-1",
		"__meta_kubernetes_pod_annotation_prometheus_io_scrape": "true",
	}
	for name, test := range map[string]struct{ change, want string }{
		"as it is":           {"", "http://10.0.0.1:8080/metrics shop api-0 node-1"},
		"another port":       {"__meta_kubernetes_pod_annotation_prometheus_io_port=9102", "http://10.0.0.1:9102/metrics shop api-0 node-1"},
		"another path":       {"__meta_kubernetes_pod_annotation_prometheus_io_path=/m", "http://10.0.0.1:8080/m shop api-0 node-1"},
		"IPv6":               {"__address__=[fd00::1]:8080", "http://[fd00::1]:8080/metrics shop api-0 node-1"},
		"https":              {"__meta_kubernetes_pod_annotation_prometheus_io_scheme=https", "https://10.0.0.1:8080/metrics shop api-0 node-1"},
		"not asked for":      {"__meta_kubernetes_pod_annotation_prometheus_io_scrape=false", ""},
		"has ended":          {"__meta_kubernetes_pod_phase=Succeeded", ""},
		"an init container":  {"__meta_kubernetes_pod_container_init=true", ""},
		"its namespace said": {"__meta_kubernetes_namespace_label_kube_monitoring_stack_io_annotation_discovery=off", ""},
	} {
		b := labels.NewBuilder(labels.FromMap(pod))
		if key, value, ok := strings.Cut(test.change, "="); ok {
			b.Set(key, value)
		}
		got, found := "", false
		for _, job := range jobs(t, r) {
			if job.JobName != "annotated-pods" {
				continue
			}
			found = true
			for _, rule := range job.RelabelConfigs {
				rule.NameValidationScheme = model.UTF8Validation // as the server's configuration has it
			}
			if relabel.ProcessBuilder(b, job.RelabelConfigs...) {
				got = b.Get("__scheme__") + "://" + b.Get("__address__") + b.Get("__metrics_path__") + " " + b.Get("namespace") + " " + b.Get("pod") + " " + b.Get("node")
			}
		}
		if !found {
			t.Fatal("there is no job for annotated pods")
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// The Services that say so, but nothing twice.
func TestAnnotationDiscovery_Services(t *testing.T) {
	r := rendered(t, nil)
	for name, test := range map[string]struct {
		change map[string]string
		want   bool
	}{
		"as it is":                         {nil, true},
		"a port that is not the Service's": {map[string]string{"__meta_kubernetes_endpointslice_port": ""}, false},
		"a pod that asks itself":           {map[string]string{"__meta_kubernetes_pod_annotation_prometheus_io_scrape": "true"}, false},
		"CoreDNS":                          {map[string]string{"__meta_kubernetes_namespace": "kube-system", "__meta_kubernetes_service_name": "kube-dns"}, false},
		"not asked for":                    {map[string]string{"__meta_kubernetes_service_annotation_prometheus_io_scrape": "no"}, false},
	} {
		b := labels.NewBuilder(labels.FromMap(map[string]string{
			"__address__": "10.0.0.1:8080", "__scheme__": "http", "__metrics_path__": "/metrics",
			"__meta_kubernetes_namespace": "shop", "__meta_kubernetes_service_name": "api", "__meta_kubernetes_endpointslice_port": "8080",
			"__meta_kubernetes_service_annotation_prometheus_io_scrape": "true",
		}))
		for key, value := range test.change {
			b.Set(key, value)
		}
		found := false
		for _, job := range jobs(t, r) {
			if job.JobName != "annotated-services" {
				continue
			}
			found = true
			for _, rule := range job.RelabelConfigs {
				rule.NameValidationScheme = model.UTF8Validation
			}
			if got := relabel.ProcessBuilder(b, job.RelabelConfigs...); got != test.want {
				t.Errorf("%s: kept %v, want %v", name, got, test.want)
			}
		}
		if !found {
			t.Fatal("there is no job for annotated Services")
		}
	}
}
