package e2e

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	// longest is how long one query of a panel or rule may take. A person waits
	// for all panels of a dashboard, and a rule is evaluated twice a minute.
	longest = 2 * time.Second
	// settled is when a cluster that was just installed has samples for all: rates
	// need two, and records of rates one turn more.
	settled = 10 * time.Minute
)

// What the stack ships works on a real cluster: every query of every panel and
// every rule is understood by the server, is answered soon, and has something
// to show, or it is known why this cluster cannot have it.
func testContent(t *testing.T) {
	c := connect(t)
	shown := c.exhibit(t)
	all := c.content(t, shown)
	used := c.metricsUsed(t, all.queries)

	var slowest time.Duration
	explained := map[string]string{}
	open := all.queries
	// What was seen once is there: some metrics come and go by their nature, as
	// the reason of a container that waits does while the container runs again.
	there := map[metric]bool{}
	var missing []string
	await(t, settled, 10*time.Second, "something to show for every query", func(ctx context.Context) error {
		if err := c.addStored(ctx, used, there); err != nil {
			return err
		}
		explained = map[string]string{}
		var empty []contentQuery
		for _, q := range open {
			series, took, err := c.timed(ctx, q.filled)
			if err != nil {
				return fmt.Errorf("%s: %w in %s", q.where, err, q.filled)
			}
			slowest = max(slowest, took)
			if took > longest {
				t.Errorf("%s took %s, want at most %s: %s", q.where, took, longest, q.filled)
			}
			// That nothing is wrong is what an alert is to find; that it could
			// find something is what its metrics tell, below.
			if len(series) == 0 && !q.alert {
				empty = append(empty, q)
			}
		}
		open = empty
		var unknown []string
		for _, q := range open {
			if explained[q.where] = whyEmpty(q, used[q.where], there); explained[q.where] == "" {
				unknown = append(unknown, q.where+" returns nothing: "+q.filled)
			}
		}
		if len(unknown) > 0 {
			return fmt.Errorf("%d queries return nothing, and it is not known why:\n%s", len(unknown), strings.Join(unknown, "\n"))
		}
		// Alerts may return nothing, so it is their metrics that are waited for.
		var err error
		missing, err = c.everyMetricThere(ctx, used, there)
		return err
	})
	for _, where := range slices.Sorted(maps.Keys(explained)) {
		t.Logf("without data: %s: %s", where, explained[where])
	}
	for _, m := range missing {
		t.Logf("not here: %s", m)
	}
	t.Logf("%d metrics in use, %d of them not here for a known reason", len(usersOf(used)), len(missing))
	queries := len(all.queries) - all.alerts - all.records
	t.Logf("%d groups, %d alerts, %d records; %d dashboards, %d panels, %d queries", all.groups, all.alerts, all.records, all.dashboards, all.panels, queries)
	t.Logf("%d queries and records with data, %d without it for a known reason; the slowest of all took %s", queries+all.records-len(open), len(open), slowest.Round(time.Millisecond))
	if all.dashboards == 0 || all.alerts == 0 || all.records == 0 {
		t.Error("the release brings no dashboards, alerts or records")
	}
}

// timed evaluates an expression and says how long that took: the least of three
// times if the first was long, since the machine may be busy with something else.
func (c *cluster) timed(ctx context.Context, expr string) (map[string]float64, time.Duration, error) {
	least := time.Duration(math.MaxInt64)
	var series map[string]float64
	for range 3 {
		began := time.Now()
		var err error
		if series, err = c.query(ctx, expr); err != nil {
			return nil, 0, err
		}
		if least = min(least, time.Since(began)); least <= longest {
			break
		}
	}
	return series, least, nil
}

// metric is a metric of a job; of any job if that is empty.
type metric struct{ job, name string }

// metricsUsed are those that each query asks for.
func (c *cluster) metricsUsed(t *testing.T, queries []contentQuery) map[string][]metric {
	t.Helper()
	out := map[string][]metric{}
	for _, q := range queries {
		ms, err := c.metricsOf(t.Context(), q.filled)
		if err != nil {
			t.Errorf("%s: %v in %s", q.where, err, q.filled)
		}
		out[q.where] = append(out[q.where], ms...)
	}
	return out
}

// addStored adds those of the metrics in use that have series now. The API for
// names would also give those that ended within hours, while they are in memory.
func (c *cluster) addStored(ctx context.Context, used map[string][]metric, there map[metric]bool) error {
	for _, job := range jobsOf(used) {
		selector := `{__name__!=""}`
		if job != "" {
			selector = fmt.Sprintf("{job=%q}", job)
		}
		var data struct {
			Result []struct{ Metric map[string]string }
		}
		if err := c.prometheus(ctx, "query", url.Values{"query": {"group by (__name__) (" + selector + ")"}}, &data); err != nil {
			return err
		}
		for _, r := range data.Result {
			there[metric{job, r.Metric["__name__"]}] = true
		}
	}
	return nil
}

// usersOf says which queries use each metric.
func usersOf(used map[string][]metric) map[metric][]string {
	out := map[metric][]string{}
	for q, ms := range used {
		for _, m := range ms {
			out[m] = append(out[m], q)
		}
	}
	return out
}

// everyMetricThere fails for each metric that a rule or panel uses and that was
// never stored: our own scrape configs drop it, or nothing says it. It returns those
// that are missing for a known reason, sorted.
func (c *cluster) everyMetricThere(ctx context.Context, used map[string][]metric, there map[metric]bool) (known []string, err error) {
	said := map[metric]bool{}
	for _, job := range jobsOf(used) {
		if err := c.addSaid(ctx, job, said); err != nil {
			return nil, err
		}
	}
	var wrong []string
	for m, users := range usersOf(used) {
		if there[m] {
			continue
		}
		slices.Sort(users)
		by := strings.Join(slices.Compact(users), ", ")
		switch reason := absence(m, there); {
		case reason != "":
			known = append(known, fmt.Sprintf("%s of job %q: %s", m.name, m.job, reason))
		case said[m] || said[metric{m.job, family(m.name)}]:
			wrong = append(wrong, fmt.Sprintf("%s is said by a target of job %q and dropped by it; used by %s", m.name, m.job, by))
		default:
			wrong = append(wrong, fmt.Sprintf("no target of job %q says %s, and it is not known why; used by %s", m.job, m.name, by))
		}
	}
	slices.Sort(known)
	slices.Sort(wrong)
	if len(wrong) > 0 {
		return known, fmt.Errorf("%d metrics that rules or panels use are missing:\n%s", len(wrong), strings.Join(wrong, "\n"))
	}
	return known, nil
}

// addSaid adds the metrics that a job's targets say, those included that relabeling drops.
func (c *cluster) addSaid(ctx context.Context, job string, said map[metric]bool) error {
	params := url.Values{}
	if job != "" {
		params.Set("match_target", fmt.Sprintf("{job=%q}", job))
	}
	var metadata []struct{ Metric string }
	if err := c.prometheus(ctx, "targets/metadata", params, &metadata); err != nil {
		return err
	}
	for _, m := range metadata {
		said[metric{job, m.Metric}] = true
	}
	return nil
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

func jobsOf(used map[string][]metric) []string {
	var out []string
	for _, ms := range used {
		for _, m := range ms {
			out = append(out, m.job)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func lastHour() url.Values {
	now := time.Now()
	return url.Values{"start": {fmt.Sprint(now.Add(-time.Hour).Unix())}, "end": {fmt.Sprint(now.Unix())}}
}
