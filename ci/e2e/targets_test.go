package e2e

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"
)

// jobs that the default values bring and that every cluster can show. Control
// plane jobs are not among them: they have targets only where their pods can be seen.
var jobs = []string{
	"alertmanager", "apiserver", "config-sidecar", "coredns", "kube-state-metrics", "kubelet", "node-exporter", "prometheus",
}

func TestEveryTargetUp(t *testing.T) {
	c := connect(t)
	var lines []string
	await(t, 3*time.Minute, 500*time.Millisecond, "every target up", func(ctx context.Context) error {
		ts, err := c.targets(ctx, "")
		if err != nil {
			return err
		}
		count := map[string]int{}
		for _, x := range ts {
			if x.Health != "up" {
				return fmt.Errorf("%s of job %s is %s: %s", x.ScrapeURL, x.Labels["job"], x.Health, x.LastError)
			}
			count[x.Labels["job"]]++
		}
		for _, j := range jobs {
			if count[j] == 0 {
				return fmt.Errorf("job %s has no target; jobs with targets: %v", j, count)
			}
		}
		lines = nil
		for j, n := range count {
			lines = append(lines, fmt.Sprintf("%s=%d", j, n))
		}
		sort.Strings(lines)
		return nil
	})
	t.Logf("targets up: %s", strings.Join(lines, " "))
}

// What the dashboards and rules stand on is really there.
func TestSeriesOfEveryComponent(t *testing.T) {
	c := connect(t)
	for _, metric := range []string{
		"container_cpu_usage_seconds_total", "kubelet_running_pods", "prober_probe_total", "apiserver_request_total", "coredns_dns_requests_total",
		"node_cpu_seconds_total", "kube_pod_info", "alertmanager_config_last_reload_successful", "prometheus_tsdb_head_series",
		"kube_monitoring_stack_dropin_state",
	} {
		await(t, 2*time.Minute, 500*time.Millisecond, metric, func(ctx context.Context) error {
			n, err := c.scalar(ctx, "count("+metric+")")
			if err == nil && n == 0 {
				err = fmt.Errorf("no series")
			}
			return err
		})
	}
}
