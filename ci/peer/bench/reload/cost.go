package reload

import (
	"context"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/report"
)

// pause is the time in which a server does what a reload puts off: Prometheus
// takes over targets up to 5 s later.
const pause = 6 * time.Second

// edit is what is changed in one file.
type edit string

const (
	ofRules    edit = "rule file"
	ofTargets  edit = "targets of a scrape file"
	ofSettings edit = "settings of a scrape file"
)

var edits = []edit{ofRules, ofTargets, ofSettings}

// plan is how often a server is reloaded, for each edit.
//
// Reloads alone are each followed by a pause, whose CPU time counts, less that
// of a pause just like it without a reload. Whether a garbage collection falls
// into a reload's pause, into the other or into none is a matter of chance, and
// one is more than the reload itself: the median is the reload without it.
//
// Reloads that follow one upon the other are as many as fill the heap several
// times over. Their mean is the reload with its share of the collections, less
// what the server did in as much time before the first reload.
type plan struct{ alone, dense int }

func (p plan) total() int { return len(edits) * (p.alone + p.dense) }

// cost is what reloads for an edit took.
type cost struct {
	wall  []time.Duration
	alone []time.Duration // CPU time of each
	dense dense
}

// dense is what reloads one upon the other took together.
type dense struct {
	reloads     int
	cpu         time.Duration // less ordinary
	ordinary    time.Duration // what the server does in that time anyway
	collector   time.Duration // of cpu; 0 if the server does not tell
	allocated   int64         // bytes
	collections int
}

func (d dense) each() time.Duration { return d.cpu / time.Duration(max(d.reloads, 1)) }

func (d dense) besidesEach() time.Duration { return d.ordinary / time.Duration(max(d.reloads, 1)) }

func (d dense) ofCollector() time.Duration { return d.collector / time.Duration(max(d.reloads, 1)) }

func (d dense) allocatedByEach() int64 { return d.allocated / int64(max(d.reloads, 1)) }

// edited edits a drop-in, reloads, and returns the CPU time that was
// used before.
func (r *result) edited(ctx context.Context, s *server, w *workload, e edit) (before time.Duration, err error) {
	changed, err := w.edit(e)
	if err != nil {
		return 0, err
	}
	if err := s.deliver(changed); err != nil {
		return 0, err
	}
	u, err := s.Usage()
	if err != nil {
		return 0, err
	}
	took, err := s.reload(ctx)
	if err != nil {
		return 0, err
	}
	c := r.costs[e]
	c.wall = append(c.wall, took)
	return u.CPU, nil
}

// alone reloads once and waits until all that belongs to it is done.
func (r *result) alone(ctx context.Context, s *server, w *workload, e edit) error {
	before, err := r.edited(ctx, s, w, e)
	if err != nil {
		return err
	}
	if err := wait(ctx, pause); err != nil {
		return err
	}
	after, err := s.Usage()
	if err != nil {
		return err
	}
	if err := wait(ctx, pause); err != nil {
		return err
	}
	idle, err := s.Usage()
	r.costs[e].alone = append(r.costs[e].alone, (after.CPU-before)-(idle.CPU-after.CPU))
	return err
}

// together reloads n times and waits until all that belongs to it is done.
func (r *result) together(ctx context.Context, s *server, w *workload, e edit, n int) error {
	start := time.Now()
	before, gcBefore, err := s.spent(ctx)
	if err != nil {
		return err
	}
	for range n {
		if _, err := r.edited(ctx, s, w, e); err != nil {
			return err
		}
		if err := r.memory.look(s); err != nil {
			return err
		}
	}
	if err := wait(ctx, pause); err != nil {
		return err
	}
	after, gcAfter, err := s.spent(ctx)
	if err != nil {
		return err
	}
	ordinary := time.Duration(r.ordinary * float64(time.Since(start)))
	r.costs[e].dense = dense{
		reloads: n, cpu: after - before - ordinary, ordinary: ordinary, collector: gcAfter.cpu - gcBefore.cpu,
		allocated: gcAfter.allocated - gcBefore.allocated, collections: gcAfter.collections - gcBefore.collections,
	}
	return nil
}

// work returns how many CPUs the server keeps busy without reloads, from 0 up, its
// garbage collections not counted where it tells of them: in a window so short it is a
// matter of chance whether there is one.
func (s *server) work(ctx context.Context) (cpus float64, err error) {
	start := time.Now()
	before, gcBefore, err := s.spent(ctx)
	if err != nil {
		return 0, err
	}
	if err := wait(ctx, 5*pause); err != nil {
		return 0, err
	}
	after, gcAfter, err := s.spent(ctx)
	if err != nil {
		return 0, err
	}
	return max(0, (after-before-(gcAfter.cpu-gcBefore.cpu)).Seconds()/time.Since(start).Seconds()), nil
}

// spent is the CPU time that the server has used, and what it has collected.
func (s *server) spent(ctx context.Context) (time.Duration, garbage, error) {
	gc, err := s.collected(ctx)
	if err != nil {
		return 0, gc, err
	}
	u, err := s.Usage()
	return u.CPU, gc, err
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

// costRows are the figures of an edit.
func costRows(theirs, ours *result, e edit) []report.Row {
	a, b := theirs.costs[e], ours.costs[e]
	ms := func(what string, theirs, ours time.Duration, goal *float64) report.Row {
		return report.Row{What: what, Unit: "ms", Goal: goal, Theirs: report.Milliseconds(theirs), Ours: report.Milliseconds(ours)}
	}
	collector := ms("of it garbage collection", 0, b.dense.ofCollector(), nil)
	collector.Absent = true
	besides := ms("ordinary work in that time, not of it", a.dense.besidesEach(), b.dense.besidesEach(), nil)
	return []report.Row{
		ms("CPU, "+string(e)+", one changed (median)", report.Median(a.alone), report.Median(b.alone), report.AtMost(30)),
		ms("CPU, "+string(e)+", one upon the other (mean)", a.dense.each(), b.dense.each(), report.AtMost(30)),
		collector,
		besides,
		{What: "allocated by one of them", Unit: "MiB", Theirs: report.MiB(a.dense.allocatedByEach()), Ours: report.MiB(b.dense.allocatedByEach())},
		ms("POST to 200, "+string(e)+" (median)", report.Median(a.wall), report.Median(b.wall), report.AtMost(100)),
		ms("POST to 200, "+string(e)+", slowest", slowest(a.wall), slowest(b.wall), nil),
	}
}

func slowest(d []time.Duration) (worst time.Duration) {
	for _, x := range d {
		worst = max(worst, x)
	}
	return worst
}
