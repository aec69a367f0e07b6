package tests

import (
	"testing"

	"github.com/prometheus/prometheus/config"
	"go.yaml.in/yaml/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	_ "github.com/kube-monitoring-stack/kube-monitoring-stack/internal/sd" // so that the jobs' discoveries parse
)

// jobs are the scrape jobs of a release as their authors wrote them.
func jobs(t *testing.T, r *render.Release) []*config.ScrapeConfig {
	t.Helper()
	var out []*config.ScrapeConfig
	for _, cm := range labeled(t, r) {
		if cm.Labels[dropin.Label] != string(dropin.KindScrape) {
			continue
		}
		for key, text := range cm.Data {
			var file config.ScrapeConfigs
			if err := yaml.UnmarshalStrict([]byte(text), &file); err != nil {
				t.Fatalf("%s/%s: %v", cm.Name, key, err)
			}
			out = append(out, file.ScrapeConfigs...)
		}
	}
	return out
}

// jobLabel is the `job` that a job's series carry.
func jobLabel(job *config.ScrapeConfig) string {
	label := job.JobName
	for _, rule := range job.RelabelConfigs {
		if rule.TargetLabel == "job" {
			label = rule.Replacement
		}
	}
	return label
}

func TestJobsOfTheField(t *testing.T) {
	have := map[string]int{}
	for _, job := range jobs(t, rendered(t, nil)) {
		have[jobLabel(job)]++
	}
	for label, n := range map[string]int{
		"kubelet": 3, "apiserver": 1, "coredns": 1, "node-exporter": 1, "kube-state-metrics": 2, "alertmanager": 1,
		"grafana": 1, "prometheus": 1, "config-sidecar": 3,
		"kube-controller-manager": 1, "kube-scheduler": 1, "kube-etcd": 1, "kube-proxy": 1,
		"annotated-pods": 1, "annotated-services": 1,
	} {
		if have[label] != n {
			t.Errorf("%d jobs say they are %q, want %d", have[label], label, n)
		}
		delete(have, label)
	}
	if len(have) > 0 {
		t.Errorf("unexpected jobs %v", have)
	}
}

// Where TLS is offered it is verified, unless someone asked otherwise.
func TestTLSIsVerified(t *testing.T) {
	for _, job := range jobs(t, rendered(t, nil)) {
		tls := job.HTTPClientConfig.TLSConfig
		if tls.InsecureSkipVerify {
			t.Errorf("job %s verifies nothing", job.JobName)
		}
		if job.Scheme == "https" && tls.CAFile == "" {
			t.Errorf("job %s trusts every authority", job.JobName)
		}
	}
	insecure := map[string]bool{}
	for _, job := range jobs(t, rendered(t, withValues(map[string]any{"kubelet": map[string]any{"insecureSkipVerify": true}}))) {
		if job.HTTPClientConfig.TLSConfig.InsecureSkipVerify {
			insecure[jobLabel(job)] = true
		}
	}
	if len(insecure) != 1 || !insecure["kubelet"] {
		t.Errorf("with kubelet.insecureSkipVerify the jobs %v are not verified, want the kubelet's", insecure)
	}
}
