package e2e

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"
)

// A cluster on which nothing happens fires nothing but Watchdog, in all of the
// time that E2E_IDLE says. What was pending is printed: it has not fired, and says
// which alert would if it went on.
func testIdleClusterFiresWatchdogAlone(t *testing.T) {
	if os.Getenv("E2E_IDLE") == "" {
		t.Skip("E2E_IDLE is not set: nobody says for how long the cluster was idle")
	}
	limit, err := time.ParseDuration(os.Getenv("E2E_IDLE"))
	if err != nil {
		t.Fatalf("E2E_IDLE: %v", err)
	}
	c := connect(t)
	await(t, limit+3*time.Minute, time.Second, "a server that has evaluated its rules for "+limit.String(), func(ctx context.Context) error {
		running, err := c.scalar(ctx, `time() - max(process_start_time_seconds{job="prometheus"})`)
		if err == nil && running < limit.Seconds() {
			err = fmt.Errorf("it runs for %.0f s", running)
		}
		return err
	})
	groups, err := c.alertCount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if groups < 100 {
		t.Errorf("only %d alerts were evaluated: an empty list of rules fires nothing either", groups)
	}
	seen := map[string]map[string]float64{}
	for _, state := range []string{"firing", "pending"} {
		// How many evaluations each was in that state.
		seen[state], err = c.query(t.Context(), fmt.Sprintf(`sum by (alertname, namespace, job, instance, pod) (count_over_time(ALERTS{alertstate=%q,alertname!="Watchdog"}[%ds]))`, state, int(limit.Seconds())))
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, alert := range slices.Sorted(maps.Keys(seen["pending"])) {
		t.Logf("pending for a while: %s, at %v evaluations", alert, seen["pending"][alert])
	}
	for _, alert := range slices.Sorted(maps.Keys(seen["firing"])) {
		t.Errorf("fired: %s, at %v evaluations", alert, seen["firing"][alert])
	}
	watchdog, err := c.scalar(t.Context(), `count(ALERTS{alertstate="firing",alertname="Watchdog"})`)
	if err != nil || watchdog != 1 {
		t.Errorf("Watchdog fires %v times (%v)", watchdog, err)
	}
	t.Logf("%d alerts evaluated for %s on an idle cluster: %d fired besides Watchdog, %d were pending at some time",
		groups, limit, len(seen["firing"]), len(seen["pending"]))
}

// alertCount is how many alerts the server evaluates, and has evaluated.
func (c *cluster) alertCount(ctx context.Context) (int, error) {
	var data struct {
		Groups []struct {
			LastEvaluation time.Time
			Rules          []struct{ Name, Health string }
		}
	}
	if err := c.prometheus(ctx, "rules", map[string][]string{"type": {"alert"}}, &data); err != nil {
		return 0, err
	}
	n := 0
	for _, g := range data.Groups {
		for _, r := range g.Rules {
			if r.Health == "err" {
				return 0, fmt.Errorf("alert %s does not evaluate", r.Name)
			}
			if r.Health == "ok" {
				n++
			}
		}
	}
	return n, nil
}
