// Package reload measures what it costs to change one file among 2,000 scrape
// jobs and 10,000 rules.
package reload

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/profile"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/report"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// Prometheus needs seconds for one reload, and its memory has grown after a few
// as much as it will.
var theirPlan, ourPlan = plan{alone: 3, dense: 3}, plan{alone: 7, dense: 50}

// result is what was found of one server.
type result struct {
	costs map[edit]*cost
	memory
	ordinary  float64 // CPUs that the server keeps busy without reloads
	missed    int
	alertKept bool
}

// side is one of the servers that are compared.
type side struct {
	name  string
	start func(context.Context, string, *workload) (*server, error)
	plan  plan
}

// Run measures both servers and returns the rows of a table.
func Run(ctx context.Context, log io.Writer, profiles profile.Dir) ([]report.Row, error) {
	return run(ctx, log, profiles, side{"prometheus", startTheirs, theirPlan}, side{"monitoring-server", startOurs, ourPlan})
}

// Alone measures ours alone, for those who work on it.
func Alone(ctx context.Context, log io.Writer, profiles profile.Dir) ([]report.Row, error) {
	rows, err := run(ctx, log, profiles, side{"monitoring-server", startOurs, ourPlan})
	for i := range rows {
		rows[i].Absent = true
	}
	return rows, err
}

func run(ctx context.Context, log io.Writer, profiles profile.Dir, sides ...side) ([]report.Row, error) {
	t := &targets{times: map[string][]time.Time{}}
	web := httptest.NewServer(t)
	defer web.Close()
	got := make([]*result, len(sides))
	for i, side := range sides {
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
		keep := func(when string) error {
			return profiles.Heap(ctx, s.URL, "reload-"+side.name+"-"+when)
		}
		got[i], err = measure(ctx, s, w, t, side.plan, keep)
		if err == nil {
			err = profiles.Take(ctx, s.URL, "reload-"+side.name+"-idle", func(ctx context.Context) error { return wait(ctx, time.Second) })
		}
		for _, e := range edits {
			if err == nil {
				err = profiles.Take(ctx, s.URL, "reload-"+side.name+"-"+strings.Fields(string(e))[0], func(ctx context.Context) error {
					_, err := got[i].edited(ctx, s, w, e)
					return err
				})
			}
		}
		s.Kill()
		if err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", side.name, err, s.Tail(10))
		}
		fmt.Fprintf(log, "%s: %d reloads%s\n", side.name, side.plan.total(), got[i].told())
	}
	return rows(got[0], got[len(got)-1]), nil
}

// measure reloads a server as planned. It calls keep before and after.
func measure(ctx context.Context, s *server, w *workload, t *targets, p plan, keep func(when string) error) (*result, error) {
	if err := settle(ctx, s, t); err != nil {
		return nil, err
	}
	r := &result{costs: map[edit]*cost{}}
	for _, e := range edits {
		r.costs[e] = &cost{}
	}
	if err := wait(ctx, pause); err != nil { // what follows a start
		return nil, err
	}
	var err error
	if r.ordinary, err = s.work(ctx); err != nil {
		return nil, err
	}
	if err := r.memory.start(ctx, s); err != nil {
		return nil, err
	}
	if err := keep("before"); err != nil {
		return nil, err
	}
	since, err := s.activeSince(ctx)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	for _, e := range edits {
		if err := r.together(ctx, s, w, e, p.dense); err != nil {
			return nil, err
		}
	}
	if err := r.memory.denseOver(ctx, s); err != nil {
		return nil, err
	}
	for range p.alone {
		for _, e := range edits {
			if err := r.alone(ctx, s, w, e); err != nil {
				return nil, err
			}
			if err := r.memory.look(s); err != nil {
				return nil, err
			}
		}
	}
	r.missed = t.missed(began)
	if err := r.memory.end(ctx, s); err != nil {
		return nil, err
	}
	if err := keep("after"); err != nil {
		return nil, err
	}
	still, err := s.activeSince(ctx)
	if err != nil {
		return nil, err
	}
	r.alertKept = still == since
	return r, nil
}

// settle waits until everything runs: all rules loaded, all watched jobs
// scraped, the watched alert active, and the head's first chunks on disk. For these
// the TSDB takes 4 MiB once, minutes after the start, which is no matter of reloads.
func settle(ctx context.Context, s *server, t *targets) error {
	soon, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err := instance.Await(soon, 200*time.Millisecond, func(ctx context.Context) error {
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
	if err != nil {
		return err
	}
	later, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	return instance.Await(later, time.Second, s.hasChunksOnDisk)
}

// told is every single figure of which the table has the median.
func (r *result) told() string {
	var b strings.Builder
	fmt.Fprintf(&b, "; ordinary work keeps %.1f %% of a CPU busy", r.ordinary*100)
	for _, e := range edits {
		c := r.costs[e]
		fmt.Fprintf(&b, "; %s alone", e)
		for _, d := range c.alone {
			fmt.Fprintf(&b, " %.1f", report.Milliseconds(d))
		}
		fmt.Fprintf(&b, " ms, %d dense with %d garbage collections", c.dense.reloads, c.dense.collections)
	}
	return b.String()
}

func rows(theirs, ours *result) []report.Row {
	lost := func(r *result) float64 {
		if r.alertKept {
			return 0
		}
		return 1
	}
	var all []report.Row
	for _, e := range edits {
		all = append(all, costRows(theirs, ours, e)...)
	}
	return append(append(all, memoryRows(theirs, ours)...),
		report.Row{What: fmt.Sprintf("scrapes missed, of %d jobs each second", watched), Theirs: float64(theirs.missed), Ours: float64(ours.missed), Goal: report.AtMost(0)},
		report.Row{What: "alert state lost", Theirs: lost(theirs), Ours: lost(ours), Goal: report.AtMost(0)},
	)
}
