package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// shards returns, by the URL and job of each target, the pods of the release's
// servers that scrape it.
func (c *cluster) shards(ctx context.Context) (map[string][]string, error) {
	pods, err := c.client.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{
		LabelSelector: "app.kubernetes.io/component=server,app.kubernetes.io/instance=" + c.release,
	})
	if err != nil {
		return nil, err
	}
	by := map[string][]string{}
	for _, p := range pods.Items {
		raw, err := c.client.CoreV1().RESTClient().Get().Namespace(c.namespace).Resource("pods").Name(p.Name+":9090").
			SubResource("proxy").Suffix("/api/v1/targets").Param("state", "active").DoRaw(ctx)
		if err != nil {
			return nil, fmt.Errorf("targets of %s: %w", p.Name, err)
		}
		var answer struct {
			Data struct{ ActiveTargets []target }
		}
		if err := json.Unmarshal(raw, &answer); err != nil {
			return nil, fmt.Errorf("targets of %s: %w", p.Name, err)
		}
		for _, t := range answer.Data.ActiveTargets {
			// The servers and their sidecars are not the same before and after.
			if strings.Contains(t.Labels["pod"], "-server-") {
				continue
			}
			name := t.ScrapePool + " " + t.ScrapeURL
			by[name] = append(by[name], p.Name)
		}
	}
	return by, nil
}

// settled returns what is scraped by whom once it stays the same for a while.
func (c *cluster) settled(t *testing.T, servers int) map[string][]string {
	t.Helper()
	var last map[string][]string
	times := 0
	await(t, 2*time.Minute, 500*time.Millisecond, "targets that stay", func(ctx context.Context) error {
		now, err := c.shards(ctx)
		if err != nil {
			return err
		}
		pods := map[string]bool{}
		for _, by := range now {
			for _, pod := range by {
				pods[pod] = true
			}
		}
		if times++; !maps.EqualFunc(now, last, slices.Equal) || len(pods) != servers {
			times = 0
		}
		last = now
		if times < 6 {
			return fmt.Errorf("%d targets of %d servers", len(now), len(pods))
		}
		return nil
	})
	return last
}

// Two shards share what one server scrapes: agents, which need nothing else.
func TestShardsShareTargets(t *testing.T) {
	t.Parallel()
	i := connect(t).second(t, "kube-monitoring-stack", nil)
	sets := func(shards int) []string {
		return []string{"--set", fmt.Sprintf("server.shards=%d,server.mode=agent,alertmanager.enabled=false,annotationDiscovery.enabled=false,server.remoteWrite[0].url=http://nowhere.invalid", shards)}
	}
	i.up(t, "restricted", sets(2)...)
	two := i.settled(t, 2)
	has := map[string]int{}
	for name, by := range two {
		if len(by) != 1 {
			t.Errorf("%s is scraped by %v", name, by)
		}
		has[by[0]]++
	}
	t.Logf("targets of each shard: %v", has)
	i.must(t, append(append([]string{
		"upgrade", i.release, i.chart, "--wait", "--timeout", "3m", "--values", i.chart + "/ci/restricted-values.yaml",
	}, i.common()...), sets(1)...)...)
	one := i.settled(t, 1)
	if a, b := slices.Sorted(maps.Keys(two)), slices.Sorted(maps.Keys(one)); !slices.Equal(a, b) {
		t.Errorf("two shards scrape\n%s\nand one server\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}

// With the querier, rules of a shard see what the others scrape, and helm test
// finds all of it in order.
func TestThanosShards(t *testing.T) {
	if os.Getenv("E2E_THANOS") == "" {
		t.Skip("E2E_THANOS is not set: there may be no image of Thanos in this cluster (make test-thanos has one)")
	}
	t.Parallel()
	i := connect(t).second(t, "kube-monitoring-stack", nil)
	i.up(t, "rendered/sharded", "--set", "server.scrapeInterval=5s,server.evaluationInterval=5s")
	i.must(t, "test", i.release, "--timeout", "3m")
	by := i.settled(t, 2)
	has := map[string]int{}
	for name, pods := range by {
		if len(pods) != 1 {
			t.Errorf("%s is scraped by %v", name, pods)
		}
		has[pods[0]]++
	}
	t.Logf("targets of each shard: %v", has)
	i.apply(t, i.namespace, "whole", "rules", map[string]string{"rules.yaml": "groups: [{name: whole, interval: 5s, rules: [{record: whole:up:count, expr: count(up)}]}]"})
	// Each server has the same answer, and it is that of all.
	await(t, time.Minute, time.Second, "a rule over all shards", func(ctx context.Context) error {
		n, err := i.scalar(ctx, "whole:up:count")
		if err == nil && int(n) < len(by) {
			err = fmt.Errorf("it counts %v of %d targets", n, len(by))
		}
		return err
	})
}
