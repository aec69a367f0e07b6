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
	{regexp.MustCompile(`^prometheus_remote_storage_`), "nothing is sent by remote write"},
	{regexp.MustCompile(`^prometheus_sd_refresh_failures_total`), "no job finds targets by asking again and again"},
	{regexp.MustCompile(`^kube_state_metrics_list_`), "kube-state-metrics is given its lists in a stream, as part of a watch"},
	{regexp.MustCompile(`^kubelet_volume_stats_`), "drivers of these volumes tell nothing of them"},
	{regexp.MustCompile(`^kube_node_spec_taint`), "no node has a taint"},
	{regexp.MustCompile(`^container_fs_`), "the kernel does not count what control groups read and write"},
	{regexp.MustCompile(`^node_md_`), "no node has a RAID array"},
	{regexp.MustCompile(`^node_bonding_`), "no node has bonded interfaces"},
	{regexp.MustCompile(`^node_systemd_`), "node-exporter's collector for systemd is off unless asked for"},
	{regexp.MustCompile(`^apiserver_admission_webhook_`), "there is no admission webhook"},
	{regexp.MustCompile(`^apiserver_flowcontrol_rejected_`), "no request has been turned away"},
	{regexp.MustCompile(`^apiserver_request_terminations_`), "no request has been ended"},
	{regexp.MustCompile(`^apiserver_(resource|storage)_objects`), "it has one of two names, by version"},
	{regexp.MustCompile(`^aggregator_unavailable_`), "no aggregated API has failed"},
	{regexp.MustCompile(`^kubelet_evictions`), "no pod has been evicted"},
	{regexp.MustCompile(`^kubelet_runtime_operations_errors_`), "no operation of the runtime has failed"},
	{regexp.MustCompile(`^kubelet_(certificate_manager|server_expiration)_`), "the kubelet's certificates come from files, not from a signer"},
	{regexp.MustCompile(`^alertmanager_cluster_`), "one Alertmanager has no fellows"},
	{regexp.MustCompile(`^coredns_(proxy|cache)_`), "no name was asked for that the cache or another server knows"},
	{regexp.MustCompile(`^etcd_network_peer_`), "etcd has one member"},
	{regexp.MustCompile(`^kubeproxy_sync_proxy_rules_(iptables|nftables)`), "kube-proxy writes its rules by other means"},
	{regexp.MustCompile(`^kubeproxy_network_programming_`), "no endpoint has changed since kube-proxy started"},
	{regexp.MustCompile(`^kube_monitoring_stack_server_guard_series_budget`), "no budget is set"},
}

// unseen are jobs that have no targets on clusters of some kinds.
var unseen = map[string]string{
	"kube-scheduler": "the scheduler is out of sight", "kube-controller-manager": "the controller manager is out of sight",
	"kube-etcd": "etcd is out of sight", "kube-proxy": "kube-proxy is out of sight, or there is none", "windows-exporter": "no node runs Windows",
}

// quiet are panels whose metrics are there and that have nothing to show while all is well.
var quiet = map[string]string{
	"alertmanager/Notifications":        "there is no receiver",
	"alertmanager/Failed notifications": "no notification failed",
	"container/Waits and ends":          "the container runs and never ended",
	"core-dns/Time of other servers":    "no name outside the cluster was asked for",
	"etcd/Failed requests":              "no request failed",
	"kubelet/Failed volumes":            "no operation on volumes failed",
	"kubelet/Failed operations":         "no operation of the runtime has failed",
	"kube-proxy/Time until in force":    "no endpoint has changed of late",
	"server/Rules that fail":            "no rule fails",
	"container.workload staticpod/namespace_workload_pod:kube_pod_owner:relabel": "the kubelet runs no pods from files",
}

// absence says why a metric may be missing; empty if it must be there.
func absence(m metric, there map[metric]bool) string {
	if reason := unseen[m.job]; reason != "" && !there[metric{m.job, "up"}] {
		return reason
	}
	for _, a := range absences {
		if a.names.MatchString(m.name) {
			return a.reason
		}
	}
	return ""
}

// whyEmpty says why a query may return nothing; empty if it must return
// something. That a metric might be missing explains nothing where it is there.
func whyEmpty(q contentQuery, metrics []metric, there map[metric]bool) string {
	panel := q.where[:strings.LastIndex(q.where, "/")]
	if reason := quiet[panel]; reason != "" {
		return reason
	}
	for _, m := range metrics {
		if there[m] {
			continue
		}
		if reason := absence(m, there); reason != "" {
			return reason
		}
	}
	return ""
}
