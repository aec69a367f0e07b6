package e2e

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// One turn of all rules costs little. What a group's turn takes on the clock is
// the most that it can cost of a CPU; the least of several turns is the one that
// waited least for others.
func TestRulesCostLittle(t *testing.T) {
	c := connect(t)
	const goal, at = 0.050, 28_000.0
	release := fmt.Sprintf(`job="prometheus", rule_group=~"%s/%s-.+"`, c.namespace, c.release)
	var groups, spent, series float64
	await(t, 5*time.Minute, 5*time.Second, "several turns of all rules", func(ctx context.Context) error {
		for expr, to := range map[string]*float64{
			`max(count by (pod) (prometheus_rule_group_last_duration_seconds{` + release + `}))`:                   &groups,
			`max(sum by (pod) (min_over_time(prometheus_rule_group_last_duration_seconds{` + release + `}[10m])))`: &spent,
			`max(prometheus_tsdb_head_series{job="prometheus"})`:                                                   &series,
		} {
			v, err := c.scalar(ctx, expr)
			if err != nil {
				return err
			}
			*to = v
		}
		turns, err := c.scalar(ctx, `min(count_over_time(prometheus_rule_group_last_duration_seconds{`+release+`}[10m]))`)
		if err == nil && turns < 5 {
			err = errors.New("too few")
		}
		return err
	})
	t.Logf("one turn of %v groups takes %.1f ms at %v series, %.1f ms for %v series; the goal is %.0f ms", groups, 1000*spent, series, 1000*spent*at/series, at, 1000*goal)
	if allowed := goal * max(1, series/at); spent > allowed {
		t.Errorf("one turn takes %.1f ms, want at most %.1f ms", 1000*spent, 1000*allowed)
	}
}
