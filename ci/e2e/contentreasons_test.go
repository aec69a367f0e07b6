package e2e

import (
	"regexp"
	"strings"
)

// absences say why a healthy cluster may lack a metric, by its name. This is the
// short list: whatever is not on it must be there.
var absences = []struct {
	names  *regexp.Regexp
	reason string
}{
	{regexp.MustCompile(`^windows_`), "no node runs Windows"},
	{regexp.MustCompile(`^prometheus_remote_storage_`), "nothing is sent by remote write"},
	{regexp.MustCompile(`^kubelet_volume_stats_`), "the volumes are folders of their node, of which drivers tell nothing"},
	{regexp.MustCompile(`^kube_horizontalpodautoscaler_`), "there is no autoscaler"},
	{regexp.MustCompile(`^kube_resourcequota`), "there is no quota"},
	{regexp.MustCompile(`^kube_poddisruptionbudget_`), "there is no disruption budget"},
	{regexp.MustCompile(`^kube_(cronjob|job)_`), "there is no Job"},
	{regexp.MustCompile(`^kube_node_spec_taint`), "no node has a taint"},
	{regexp.MustCompile(`^kube_pod_container_status_(waiting_reason|last_terminated_reason)`), "no container waits or has ended"},
	{regexp.MustCompile(`^kube_persistentvolume(claim)?_`), "there is no persistent volume"},
	{regexp.MustCompile(`^kube_pod_spec_volumes_persistentvolumeclaims_info`), "no pod claims a volume"},
	{regexp.MustCompile(`^node_md_`), "no node has a RAID array"},
	{regexp.MustCompile(`^node_bonding_`), "no node has bonded interfaces"},
	{regexp.MustCompile(`^node_systemd_`), "node-exporter's collector for systemd is off unless asked for"},
	{regexp.MustCompile(`^node_textfile_`), "node-exporter is given no text files"},
	{regexp.MustCompile(`^node_nf_conntrack_`), "the kernel's connection tracking is out of sight here"},
	{regexp.MustCompile(`^apiserver_admission_webhook_`), "there is no admission webhook"},
	{regexp.MustCompile(`^apiserver_flowcontrol_rejected_`), "no request has been turned away"},
	{regexp.MustCompile(`^apiserver_request_terminations_`), "no request has been ended"},
	{regexp.MustCompile(`^aggregator_unavailable_`), "no aggregated API has failed"},
	{regexp.MustCompile(`^kubelet_evictions`), "no pod has been evicted"},
	{regexp.MustCompile(`^kubelet_runtime_operations_errors_`), "no operation of the runtime has failed"},
	{regexp.MustCompile(`^kubelet_certificate_manager_`), "the kubelet's certificates come from files, not from a signer"},
	{regexp.MustCompile(`^container_cpu_cfs_`), "no container has a CPU limit"},
	{regexp.MustCompile(`^alertmanager_notifications_failed_|^alertmanager_notification`), "nobody has been notified: there is no receiver"},
	{regexp.MustCompile(`^coredns_proxy_`), "no name outside the cluster was asked for"},
	{regexp.MustCompile(`^etcd_network_peer_`), "etcd has one member"},
	{regexp.MustCompile(`^kubeproxy_sync_proxy_rules_(iptables|nftables)`), "kube-proxy writes its rules by other means"},
	{regexp.MustCompile(`^kube_monitoring_stack_dropin_problems`), "no drop-in has a problem"},
	{regexp.MustCompile(`^kube_monitoring_stack_server_guard_(query_ended|series_budget)`), "no budget was reached, or none is set"},
	{regexp.MustCompile(`^prometheus_notifications_(sent|errors)_`), "no alert has been sent"},
}

// quiet are panels whose metrics are there and that have nothing to show while all is well.
var quiet = map[string]string{
	"alertmanager/Notifications":        "there is no receiver",
	"alertmanager/Failed notifications": "no notification failed",
	"container/Waits and ends":          "the container runs and never ended",
	"server/Rules that fail":            "no rule fails",
	"etcd/Failed requests":              "no request failed",
	"kubelet/Failed volumes":            "no operation on volumes failed",
	"api-server/Webhooks":               "there is no admission webhook",
}

// absence says why a metric may be missing; empty if it must be there.
func absence(name string) string {
	for _, a := range absences {
		if a.names.MatchString(name) {
			return a.reason
		}
	}
	return ""
}

// whyEmpty says why a query may return nothing; empty if it must return
// something. That a metric might be missing explains nothing where it is there.
func whyEmpty(q contentQuery, metrics []string, known map[string]bool) string {
	panel := q.where[:strings.LastIndex(q.where, "/")]
	if reason := quiet[panel]; reason != "" {
		return reason
	}
	for _, name := range metrics {
		if reason := absence(name); reason != "" && !known[name] {
			return reason
		}
	}
	return ""
}
