package e2e

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"
)

const (
	changes = 50
	// goal is the promise: half a second at the 99th percentile, from the API
	// server's answer to the apply until the server does what it says.
	goal = 500 * time.Millisecond
	// poll is small against the goal and keeps the API server's load low.
	poll = 5 * time.Millisecond
)

// report prints the percentiles and holds p99 to the goal. With 50 changes p99
// by nearest rank is the slowest one, so nothing is averaged away.
func report(t *testing.T, what string, took []time.Duration) {
	t.Helper()
	slices.Sort(took)
	rank := func(p int) time.Duration { return took[(len(took)*p+99)/100-1] }
	t.Logf("apply-to-live %-34s n=%d p50=%d ms p99=%d ms", what, len(took), rank(50).Milliseconds(), rank(99).Milliseconds())
	if rank(99) > goal {
		t.Errorf("%s: p99 %s, want under %s", what, rank(99), goal)
	}
}

// A rule counts as live when its result can be queried: the group was loaded
// and evaluated with the new expression. Its interval is a minute, so nothing
// is owed to a tick that happens to come by.
func TestApplyToLiveRules(t *testing.T) {
	c := connect(t)
	ns := c.team(t)
	var applied, removed []time.Duration
	for i := range changes {
		name := fmt.Sprintf("rules-%d", i%5) // five drop-ins: created, changed nine times, deleted
		metric := fmt.Sprintf("e2e_live_%d", i%5)
		c.apply(t, ns, name, "rules", map[string]string{"rules.yaml": fmt.Sprintf(`groups:
- name: live
  interval: 1m
  rules:
  - record: %s
    expr: vector(%d)
`, metric, i)})
		applied = append(applied, await(t, time.Minute, poll, "rule live", func(ctx context.Context) error {
			v, err := c.scalar(ctx, metric)
			if err == nil && v != float64(i) {
				err = fmt.Errorf("%s is still %v", metric, v)
			}
			return err
		}))
	}
	for i := range 5 {
		name := fmt.Sprintf("rules-%d", i)
		c.delete(t, ns, name)
		removed = append(removed, await(t, time.Minute, poll, "rule gone", func(ctx context.Context) error {
			gs, err := c.groups(ctx, ref(ns, name, "rules.yaml"))
			if err == nil && len(gs) > 0 {
				err = fmt.Errorf("%d groups of %s still there", len(gs), name)
			}
			return err
		}))
	}
	report(t, "rule applied → result queryable", applied)
	report(t, "rule deleted → group gone", removed)
}

// A scrape job counts as live when its target is in /api/v1/targets with the labels its author wrote.
func TestApplyToLiveScrapeJobs(t *testing.T) {
	c := connect(t)
	ns := c.team(t)
	var applied, removed []time.Duration
	for i := range changes {
		name := fmt.Sprintf("scrape-%d", i%5)
		c.apply(t, ns, name, "scrape", map[string]string{"job.yaml": fmt.Sprintf(`scrape_configs:
- job_name: app
  static_configs:
  - targets: [%s-server.%s.svc:9090]
    labels: {change: "%d"}
`, c.release, c.namespace, i)})
		pool := ref(ns, name, "job.yaml", "app")
		applied = append(applied, await(t, time.Minute, poll, "target live", func(ctx context.Context) error {
			ts, err := c.targets(ctx, pool)
			if err != nil {
				return err
			}
			if len(ts) != 1 || ts[0].Labels["change"] != fmt.Sprint(i) || ts[0].Labels["job"] != "app" {
				return fmt.Errorf("targets of %s: %+v", pool, ts)
			}
			return nil
		}))
	}
	for i := range 5 {
		name := fmt.Sprintf("scrape-%d", i)
		c.delete(t, ns, name)
		removed = append(removed, await(t, time.Minute, poll, "target gone", func(ctx context.Context) error {
			ts, err := c.targets(ctx, ref(ns, name, "job.yaml", "app"))
			if err == nil && len(ts) > 0 {
				err = fmt.Errorf("%d targets of %s still there", len(ts), name)
			}
			return err
		}))
	}
	report(t, "scrape job applied → target there", applied)
	report(t, "scrape job deleted → target gone", removed)
}

// Jobs that discover pods are what teams write most; their targets must be as fast.
func TestApplyToLivePodDiscovery(t *testing.T) {
	c := connect(t)
	// The job runs in the release namespace, where there are pods to find.
	var applied []time.Duration
	t.Cleanup(func() { _ = c.deleteIfThere("e2e-pods") })
	for i := range changes {
		c.apply(t, c.namespace, "e2e-pods", "scrape", map[string]string{"job.yaml": fmt.Sprintf(`scrape_configs:
- job_name: pods
  kubernetes_sd_configs:
  - role: pod
    namespaces: {names: [%s]}
  relabel_configs:
  - source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_component, __meta_kubernetes_pod_container_port_name]
    regex: server;http
    action: keep
  - target_label: change
    replacement: "%d"
`, c.namespace, i)})
		pool := ref(c.namespace, "e2e-pods", "job.yaml", "pods")
		applied = append(applied, await(t, time.Minute, poll, "discovered target live", func(ctx context.Context) error {
			ts, err := c.targets(ctx, pool)
			if err != nil {
				return err
			}
			if len(ts) != 1 || ts[0].Labels["change"] != fmt.Sprint(i) {
				return fmt.Errorf("targets of %s: %+v", pool, ts)
			}
			return nil
		}))
	}
	report(t, "pod discovery job → target there", applied)
}
