package e2e

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// longest is how long one query of a panel or rule may take. A person waits for
// all panels of a dashboard, and a rule is evaluated twice a minute.
const longest = 2 * time.Second

// What the stack ships works on a real cluster: every query of every panel and
// every rule is understood by the server, is answered soon, and has something
// to show, or it is known why this cluster cannot have it.
func TestContent(t *testing.T) {
	c := connect(t)
	all := c.content(t)
	c.awaitSettled(t)
	known := c.metricNames(t)
	var withData, explained int
	var slowest time.Duration
	used := map[string][]string{} // where each metric is used
	for _, q := range all.queries {
		names, err := c.metricsOf(t.Context(), q.filled)
		if err != nil {
			t.Errorf("%s: %v in %s", q.where, err, q.filled)
			continue
		}
		for _, name := range names {
			used[name] = append(used[name], q.where)
		}
		began := time.Now()
		series, err := c.query(t.Context(), q.filled)
		took := time.Since(began)
		slowest = max(slowest, took)
		if err != nil {
			t.Errorf("%s: %v in %s", q.where, err, q.filled)
			continue
		}
		if took > longest {
			t.Errorf("%s took %s, want at most %s: %s", q.where, took, longest, q.filled)
		}
		switch reason := whyEmpty(q, names, known); {
		case len(series) > 0:
			withData++
		case q.alert:
			// That nothing is wrong is what an alert is to find; that it could
			// find something is what its metrics tell, below.
		case reason != "":
			explained++
			t.Logf("without data: %s: %s", q.where, reason)
		default:
			t.Errorf("%s returns nothing, and it is not known why: %s", q.where, q.filled)
		}
	}
	c.everyMetricThere(t, used, known)
	t.Logf("%d groups, %d alerts, %d records; %d dashboards, %d panels, %d queries of panels", all.groups, all.alerts, all.records, all.dashboards, all.panels, len(all.queries)-all.alerts-all.records)
	t.Logf("%d queries and records with data, %d without it for a known reason; %d metrics in use; the slowest query took %s", withData, explained, len(used), slowest.Round(time.Millisecond))
	if all.dashboards == 0 || all.alerts == 0 || all.records == 0 {
		t.Error("the release brings no dashboards, alerts or records")
	}
}

// everyMetricThere fails for each metric that a rule or panel uses and that is
// not stored: our own scrape configs drop it, or nothing says it.
func (c *cluster) everyMetricThere(t *testing.T, used map[string][]string, known map[string]bool) {
	t.Helper()
	said := c.said(t)
	for name, where := range used {
		slices.Sort(where)
		where = slices.Compact(where)
		switch {
		case known[name]:
		case said[name] || said[family(name)]:
			t.Errorf("%s is said by a target and dropped by its job; used by %s", name, strings.Join(where, ", "))
		case absence(name) == "":
			t.Errorf("nothing says %s, and it is not known why; used by %s", name, strings.Join(where, ", "))
		}
	}
}

// family is the name that a histogram's or summary's series have in metadata.
func family(name string) string {
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		if base, ok := strings.CutSuffix(name, suffix); ok {
			return base
		}
	}
	return name
}

// metricNames are the names of all series of the last hour.
func (c *cluster) metricNames(t *testing.T) map[string]bool {
	t.Helper()
	var names []string
	if err := c.prometheus(t.Context(), "label/__name__/values", lastHour(), &names); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, name := range names {
		out[name] = true
	}
	return out
}

// said are the metrics that targets say, those included that relabeling drops.
func (c *cluster) said(t *testing.T) map[string]bool {
	t.Helper()
	var metadata map[string]any
	if err := c.prometheus(t.Context(), "metadata", nil, &metadata); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for name := range metadata {
		out[name] = true
	}
	return out
}

func lastHour() url.Values {
	now := time.Now()
	return url.Values{"start": {fmt.Sprint(now.Add(-time.Hour).Unix())}, "end": {fmt.Sprint(now.Unix())}}
}

// awaitSettled waits until rates over some minutes have two samples to compare,
// and records have been evaluated from them.
func (c *cluster) awaitSettled(t *testing.T) {
	t.Helper()
	await(t, 6*time.Minute, time.Second, "records of rates", func(ctx context.Context) error {
		for _, record := range []string{
			"node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m",
			"cluster:node_cpu:ratio_rate5m", "cluster:apiserver_requests_bad:ratio_rate5m",
		} {
			v, err := c.query(ctx, record)
			if err != nil {
				return err
			}
			if len(v) == 0 {
				return fmt.Errorf("no %s yet", record)
			}
		}
		return nil
	})
}

// One turn of all rules costs little. What a group's turn takes on the clock is
// the most that it can cost of a CPU; the least of several turns is the one that
// waited least for others.
func TestRulesCostLittle(t *testing.T) {
	c := connect(t)
	const goal, at = 0.050, 28_000.0
	release := fmt.Sprintf(`job="prometheus", rule_group=~"%s/.+"`, c.namespace)
	c.awaitSettled(t)
	var groups, spent, series float64
	for expr, to := range map[string]*float64{
		`max(count by (pod) (prometheus_rule_group_last_duration_seconds{` + release + `}))`:                   &groups,
		`max(sum by (pod) (min_over_time(prometheus_rule_group_last_duration_seconds{` + release + `}[10m])))`: &spent,
		`max(prometheus_tsdb_head_series{job="prometheus"})`:                                                   &series,
	} {
		v, err := c.scalar(t.Context(), expr)
		if err != nil {
			t.Fatal(err)
		}
		*to = v
	}
	allowed := goal * max(1, series/at)
	t.Logf("one turn of %v groups takes %.1f ms at %v series, %.1f ms for %v series; the goal is %.0f ms", groups, 1000*spent, series, 1000*spent*at/series, at, 1000*goal)
	if spent > allowed {
		t.Errorf("one turn takes %.1f ms, want at most %.1f ms", 1000*spent, 1000*allowed)
	}
}
