// These tests come after the latency tests, by the name of this file: nodes need
// a minute or two to find an API server again, which is not what those measure.

package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// pendingRule has an alert that waits an hour, so it stays pending for the
// whole test and its timer shows whether the state was kept.
const pendingRule = `groups:
- name: pending
  interval: 1s
  rules:
  - alert: E2EPending
    expr: vector(1)
    for: 1h
  - record: e2e_before_the_kill
    expr: vector(42)
`

func (c *cluster) activeAt(ctx context.Context, file string) (time.Time, error) {
	gs, err := c.groups(ctx, file)
	if err != nil {
		return time.Time{}, err
	}
	for _, g := range gs {
		for _, r := range g.Rules {
			if r.Name == "E2EPending" && len(r.Alerts) == 1 && r.Alerts[0].State == "pending" {
				return r.Alerts[0].ActiveAt, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("no pending alert in %+v", gs)
}

// The server's pod is killed without warning. Its successor has the same data,
// the same drop-ins, and a pending alert goes on where it was.
func TestServerPodKilled(t *testing.T) {
	t.Parallel()
	c := connect(t)
	ns := c.team(t)
	file := ref(ns, "rules", "rules.yaml")
	c.apply(t, ns, "rules", "rules", map[string]string{"rules.yaml": pendingRule})
	c.awaitValue(t, "e2e_before_the_kill", 42)
	var since time.Time
	await(t, time.Minute, 100*time.Millisecond, "pending alert", func(ctx context.Context) (err error) {
		since, err = c.activeAt(ctx, file)
		return err
	})
	// for state is restored from samples, so there must be one from before the kill.
	await(t, time.Minute, 100*time.Millisecond, "ALERTS_FOR_STATE stored", func(ctx context.Context) error {
		_, err := c.scalar(ctx, `ALERTS_FOR_STATE{alertname="E2EPending"}`)
		return err
	})
	// Longer than the server will be away: Prometheus leaves that time out of the
	// timer (rules/group.go RestoreForState), so only what was waited before
	// tells a restored timer from a new one.
	await(t, 2*time.Minute, time.Second, "an alert pending for a minute", func(context.Context) error {
		if d := time.Since(since); d < time.Minute {
			return fmt.Errorf("it is pending for %s", d)
		}
		return nil
	})
	disturb(t)
	before, err := c.running(t.Context(), ns)
	if err != nil {
		t.Fatal(err)
	}

	pod, err := c.serverPod(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now := int64(0)
	killed := time.Now()
	if err := c.client.CoreV1().Pods(c.namespace).Delete(t.Context(), pod.Name, metav1.DeleteOptions{GracePeriodSeconds: &now}); err != nil {
		t.Fatal(err)
	}
	back := await(t, 3*time.Minute, 200*time.Millisecond, "a new server pod ready", func(ctx context.Context) error {
		p, err := c.serverPod(ctx)
		if err != nil {
			return err
		}
		if p.UID == pod.UID || !ready(p) {
			return fmt.Errorf("pod %s (%s) is %s", p.Name, p.UID, p.Status.Phase)
		}
		return nil
	})
	t.Logf("server pod killed and ready again after %.1f s", back.Seconds())
	// It starts while the one that was killed may not have let go of the volume.
	after, err := c.serverPod(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range slices.Concat(after.Status.InitContainerStatuses, after.Status.ContainerStatuses) {
		if s.RestartCount > 0 {
			t.Errorf("container %s did not start at once: %v", s.Name, s.LastTerminationState.Terminated)
		}
	}

	// Data from before the kill, asked at a time before the kill.
	await(t, time.Minute, 100*time.Millisecond, "data from before the kill", func(ctx context.Context) error {
		v, err := c.scalar(ctx, fmt.Sprintf("last_over_time(e2e_before_the_kill[1m] @ %d)", killed.Unix()))
		if err == nil && v != 42 {
			err = fmt.Errorf("it is %v", v)
		}
		return err
	})
	await(t, time.Minute, 100*time.Millisecond, "the same drop-ins", func(ctx context.Context) error {
		after, err := c.running(ctx, ns)
		if err == nil && !slices.Equal(after, before) {
			err = fmt.Errorf("drop-ins %q, before the kill %q", after, before)
		}
		return err
	})
	await(t, time.Minute, 100*time.Millisecond, "the pending alert's timer goes on", func(ctx context.Context) error {
		at, err := c.activeAt(ctx, file)
		if err != nil {
			return err
		}
		if at.After(killed) {
			return fmt.Errorf("pending since %s before the kill at %s, since %s after it: the timer began anew", since, killed, at)
		}
		t.Logf("pending since %s before the kill, since %s after it", since.Format(time.TimeOnly), at.Format(time.TimeOnly))
		return nil
	})
	c.awaitState(t, ns, "rules", "active")
}

// running returns what the server runs of the release's and the team's
// drop-ins, each with the hash of its content, sorted. Those of other tests may
// still be on their way out.
func (c *cluster) running(ctx context.Context, team string) ([]string, error) {
	var data struct {
		Items []struct {
			Ref    struct{ Namespace, Name, Key string }
			SHA256 string
		}
	}
	if err := c.prometheus(ctx, "status/dropins", nil, &data); err != nil {
		return nil, err
	}
	var out []string
	for _, it := range data.Items {
		if it.Ref.Namespace == c.namespace || it.Ref.Namespace == team {
			out = append(out, ref(it.Ref.Namespace, it.Ref.Name, it.Ref.Key)+"@"+it.SHA256)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("the server runs no drop-ins")
	}
	slices.Sort(out)
	return out, nil
}

// The API server is away for a minute. The server goes on scraping and
// evaluating with all it has, and what was changed before and after arrives.
func TestAPIServerStoppedForAMinute(t *testing.T) {
	stop, start := os.Getenv("E2E_APISERVER_STOP"), os.Getenv("E2E_APISERVER_START")
	c := connect(t)
	if stop == "" || start == "" {
		t.Skip("E2E_APISERVER_STOP and E2E_APISERVER_START are not set: a kubeconfig alone cannot stop the API server")
	}
	ns := c.team(t)
	c.apply(t, ns, "kept", "rules", map[string]string{"rules.yaml": fmt.Sprintf(goodRule, "e2e_kept", 1)})
	c.awaitValue(t, "e2e_kept", 1)
	c.awaitState(t, ns, "kept", "active")

	down := time.Now()
	shell(t, stop)
	running := false
	t.Cleanup(func() {
		if !running {
			shell(t, start)
		}
	})
	// The outage itself is what is tested, so here time is the condition.
	select {
	case <-time.After(time.Minute):
	case <-t.Context().Done():
	}
	shell(t, start)
	running = true
	up := time.Now()

	// A change made as soon as the API server answers again: the watches are still in their backoff.
	await(t, time.Minute, 100*time.Millisecond, "API server back", func(ctx context.Context) error {
		_, err := c.client.CoreV1().Namespaces().Get(ctx, ns, metav1.GetOptions{})
		return err
	})
	c.apply(t, ns, "late", "rules", map[string]string{"rules.yaml": fmt.Sprintf(goodRule, "e2e_late", 2)})
	took := await(t, 2*time.Minute, 50*time.Millisecond, "the change made right after the outage", func(ctx context.Context) error {
		_, err := c.scalar(ctx, "e2e_late")
		return err
	})
	t.Logf("a change made right after the outage was live after %d ms", took.Milliseconds())

	// A rule with an interval of a second has a sample for nearly every second of the outage.
	v, err := c.scalar(t.Context(), fmt.Sprintf("count_over_time(e2e_kept[%ds] @ %d)", int(up.Sub(down).Seconds()), up.Unix()))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v evaluations in %.0f s without an API server", v, up.Sub(down).Seconds())
	if v < up.Sub(down).Seconds()*0.9 {
		t.Errorf("only %v evaluations in %.0f s", v, up.Sub(down).Seconds())
	}
	// The targets stayed and were scraped.
	lost, err := c.query(t.Context(), fmt.Sprintf(`min_over_time(up{job="node-exporter"}[%ds] @ %d) == 0 or absent_over_time(up{job="node-exporter"}[%ds] @ %d)`,
		int(up.Sub(down).Seconds()), up.Unix(), int(up.Sub(down).Seconds()), up.Unix()))
	if err != nil {
		t.Fatal(err)
	}
	if len(lost) > 0 {
		t.Errorf("node-exporter was not scraped during the outage: %v", lost)
	}
	c.awaitValue(t, "e2e_kept", 1)
	c.awaitState(t, ns, "kept", "active")
	c.awaitState(t, ns, "late", "active")
}
