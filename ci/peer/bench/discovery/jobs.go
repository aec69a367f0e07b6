package discovery

import (
	"fmt"
	"strings"
	"time"
)

// probeInterval is the scrape interval of the job that finds the probes. Like
// Prometheus, our server spreads the first scrapes of targets over an interval.
const probeInterval = time.Second

// jobsConfig is a prometheus.yml with one job for each service, as teams write
// them and as an operator makes them of ServiceMonitors: discovery over the
// whole cluster, and keep rules for the own service.
func jobsConfig(kubeconfig, target string) string {
	var b strings.Builder
	b.WriteString("global: {scrape_interval: 1h}\nscrape_configs:\n")
	for i := range services {
		fmt.Fprintf(&b, `- job_name: %[1]s
  kubernetes_sd_configs: [{role: endpointslice, kubeconfig_file: %[2]s}]
  relabel_configs:
  - {action: keep, source_labels: [__meta_kubernetes_namespace], regex: %[3]s}
  - {action: keep, source_labels: [__meta_kubernetes_service_label_app], regex: %[1]s}
  - {action: keep, source_labels: [__meta_kubernetes_endpointslice_port_name], regex: http}
  - {source_labels: [__address__], target_label: instance}
  - {target_label: __address__, replacement: %[4]s}
  - {source_labels: [__meta_kubernetes_namespace], target_label: namespace}
  - {source_labels: [__meta_kubernetes_service_name], target_label: service}
  - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
  - {source_labels: [__meta_kubernetes_endpointslice_endpoint_node_name], target_label: node}
`, nameOf(i), kubeconfig, namespaceOf(i), target)
	}
	// One more, for services that come only after the measurement of CPU time.
	fmt.Fprintf(&b, `- job_name: probe
  scrape_interval: %[1]s
  kubernetes_sd_configs: [{role: endpointslice, kubeconfig_file: %[2]s}]
  relabel_configs:
  - {action: keep, source_labels: [__meta_kubernetes_service_label_app], regex: probe}
  - {source_labels: [__address__], target_label: __param_probe}
  - {source_labels: [__address__], target_label: instance}
  - {target_label: __address__, replacement: %[3]s}
`, probeInterval, kubeconfig, target)
	return b.String()
}
