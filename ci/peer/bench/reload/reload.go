// Package reload measures what it costs to change one file among 2,000 scrape
// jobs and 10,000 rules.
package reload

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/profile"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/report"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

const (
	// Prometheus needs seconds for one reload, and its memory has grown after a
	// few as much as it will.
	theirReloads, ourReloads = 12, 50
	// measured reloads are followed by a pause in which the server does what it
	// puts off: Prometheus takes over targets up to 5 s later. The CPU time of
	// the pause counts, less that of a pause just like it without a reload.
	// The reloads after them follow one upon the other.
	measured = 6
	pause    = 6 * time.Second
)

// result is what was found of one server.
type result struct {
	// By kind of the file that changed.
	wall, cpu map[dropin.Kind][]time.Duration
	all       []time.Duration
	// dense is the CPU time of each of the reloads that follow one upon the
	// other, on average, garbage collection included.
	dense time.Duration
	memory
	missed    int
	alertKept bool
}

// Run measures both servers and returns the rows of a table.
func Run(ctx context.Context, log io.Writer, profiles profile.Dir) ([]report.Row, error) {
	t := &targets{times: map[string][]time.Time{}}
	web := httptest.NewServer(t)
	defer web.Close()
	var got [2]*result
	for i, side := range []struct {
		name  string
		start func(context.Context, string, *workload) (*server, error)
		times int
	}{{"prometheus", startTheirs, theirReloads}, {"monitoring-server", startOurs, ourReloads}} {
		w, err := newWorkload(hostPort(web.URL))
		if err != nil {
			return nil, err
		}
		dir, err := os.MkdirTemp("", "bench-reload-*")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		t.forget()
		s, err := side.start(ctx, dir, w)
		if err != nil {
			return nil, err
		}
		got[i], err = measure(ctx, s, w, t, side.times)
		if err == nil {
			err = profiles.Take(ctx, s.URL, "reload-"+side.name, func(ctx context.Context) error { return again(ctx, s, w) })
		}
		s.Kill()
		if err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", side.name, err, s.Tail(10))
		}
		fmt.Fprintf(log, "%s: %d reloads\n", side.name, side.times)
	}
	return rows(got[0], got[1]), nil
}

func measure(ctx context.Context, s *server, w *workload, t *targets, reloads int) (*result, error) {
	if err := settle(ctx, s, t); err != nil {
		return nil, err
	}
	r := &result{
		wall: map[dropin.Kind][]time.Duration{}, cpu: map[dropin.Kind][]time.Duration{},
	}
	if err := wait(ctx, pause); err != nil { // what follows a start
		return nil, err
	}
	if err := r.memory.start(ctx, s); err != nil {
		return nil, err
	}
	since, err := s.activeSince(ctx)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	var dense time.Duration // CPU time when the dense ones began
	for n := 1; n <= reloads; n++ {
		kind := dropin.KindRules
		if n%2 == 0 {
			kind = dropin.KindScrape
		}
		changed, err := w.edit(kind)
		if err != nil {
			return nil, err
		}
		if err := s.deliver(changed); err != nil {
			return nil, err
		}
		before, err := s.Usage()
		if err != nil {
			return nil, err
		}
		if n == measured+1 {
			dense = before.CPU
		}
		took, err := s.reload(ctx)
		if err != nil {
			return nil, err
		}
		r.wall[kind], r.all = append(r.wall[kind], took), append(r.all, took)
		if n <= measured {
			cost, err := costSince(ctx, s, before)
			if err != nil {
				return nil, err
			}
			r.cpu[kind] = append(r.cpu[kind], cost)
		}
		if err := r.memory.look(s); err != nil {
			return nil, err
		}
	}
	if err := wait(ctx, pause); err != nil {
		return nil, err
	}
	u, err := s.Usage()
	if err != nil {
		return nil, err
	}
	r.dense = (u.CPU - dense) / time.Duration(reloads-measured)
	r.missed = t.missed(began)
	if err := r.memory.end(ctx, s); err != nil {
		return nil, err
	}
	still, err := s.activeSince(ctx)
	if err != nil {
		return nil, err
	}
	r.alertKept = still == since
	return r, nil
}

// again edits one rule file and reloads.
func again(ctx context.Context, s *server, w *workload) error {
	changed, err := w.edit(dropin.KindRules)
	if err != nil {
		return err
	}
	if err := s.deliver(changed); err != nil {
		return err
	}
	_, err = s.reload(ctx)
	return err
}

// settle waits until everything runs: all rules loaded, all watched jobs
// scraped, the watched alert active.
func settle(ctx context.Context, s *server, t *targets) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return instance.Await(ctx, 200*time.Millisecond, func(ctx context.Context) error {
		n, err := s.rules(ctx)
		switch {
		case err != nil:
			return err
		case n != groups*rulesPerGroup+1:
			return fmt.Errorf("%d rules", n)
		case t.scraped() < watched:
			return fmt.Errorf("%d jobs are scraped", t.scraped())
		}
		_, err = s.activeSince(ctx)
		return err
	})
}

// costSince is the CPU time since before, and in a pause from now on, that is
// more than in another pause.
func costSince(ctx context.Context, s *server, before instance.Usage) (time.Duration, error) {
	if err := wait(ctx, pause); err != nil {
		return 0, err
	}
	after, err := s.Usage()
	if err != nil {
		return 0, err
	}
	if err := wait(ctx, pause); err != nil {
		return 0, err
	}
	idle, err := s.Usage()
	return (after.CPU - before.CPU) - (idle.CPU - after.CPU), err
}

// wait is part of what is measured: the time in which a server works on.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func rows(theirs, ours *result) []report.Row {
	ms := func(what string, pick func(*result) []time.Duration, goal *float64) report.Row {
		return report.Row{What: what, Unit: "ms", Goal: goal,
			Theirs: report.Milliseconds(report.Median(pick(theirs))), Ours: report.Milliseconds(report.Median(pick(ours)))}
	}
	lost := func(r *result) float64 {
		if r.alertKept {
			return 0
		}
		return 1
	}
	mib := func(what string, pick func(*result) int64) report.Row {
		return report.Row{What: what, Unit: "MiB", Theirs: report.MiB(pick(theirs)), Ours: report.MiB(pick(ours))}
	}
	return []report.Row{
		ms("CPU, one rule file changed (median)", func(r *result) []time.Duration { return r.cpu[dropin.KindRules] }, report.AtMost(30)),
		ms("CPU, one scrape file changed (median)", func(r *result) []time.Duration { return r.cpu[dropin.KindScrape] }, report.AtMost(30)),
		ms("CPU, one reload upon the other (mean)", func(r *result) []time.Duration { return []time.Duration{r.dense} }, report.AtMost(30)),
		ms("POST to 200, rule file (median)", func(r *result) []time.Duration { return r.wall[dropin.KindRules] }, report.AtMost(100)),
		ms("POST to 200, scrape file (median)", func(r *result) []time.Duration { return r.wall[dropin.KindScrape] }, report.AtMost(100)),
		ms("POST to 200, slowest", func(r *result) []time.Duration { return slowest(r.all) }, nil),
		mib("live heap before", func(r *result) int64 { return r.liveBefore }),
		mib("live heap after all reloads", func(r *result) int64 { return r.liveAfter }),
		mib("RSS 12 s after the start", func(r *result) int64 { return r.fresh }),
		mib("RSS in ordinary work, most", func(r *result) int64 { return r.before.RSS }),
		mib("RSS after 3 reloads", func(r *result) int64 { return r.third }),
		mib(fmt.Sprintf("RSS in %d and %d reloads, most", theirReloads, ourReloads), func(r *result) int64 { return r.during.RSS }),
		mib("RSS in ordinary work after them, most", func(r *result) int64 { return r.after.RSS }),
		mib("of it anonymous", func(r *result) int64 { return r.after.Anonymous }),
		{What: "RSS growth, most in ordinary work to most since", Unit: "%", Theirs: theirs.growth(), Ours: ours.growth(), Goal: report.AtMost(5)},
		{What: fmt.Sprintf("scrapes missed, of %d jobs each second", watched), Theirs: float64(theirs.missed), Ours: float64(ours.missed), Goal: report.AtMost(0)},
		{What: "alert state lost", Theirs: lost(theirs), Ours: lost(ours), Goal: report.AtMost(0)},
	}
}

// slowest is a list of one, of which the median is the slowest.
func slowest(d []time.Duration) []time.Duration {
	var worst time.Duration
	for _, x := range d {
		worst = max(worst, x)
	}
	return []time.Duration{worst}
}
