package reload

import (
	"context"
	"fmt"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/report"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// memory is what a server holds before, in and after its reloads.
//
// What is compared is the most that ordinary work takes, before and since. A
// Go program's resident memory is as large as its heap may grow until the next
// garbage collection. Shortly after a start that collection is still to come,
// and resident memory grows up to it whatever the server does, so a figure from
// then says how long ago the start was, not what a reload takes.
//
// It may go on growing after that, since pages that were in use once are given back
// slowly. So the queries are asked twice before the reloads: what comes after is compared
// with the second time, and how the second differs from the first is printed as the
// control.
//
// A server's memory grows with time as well: without any reload, by 1.3 % in the minutes
// that all of them take here, most of which are pauses. So the reloads that follow one upon
// the other come first, three times as many as the goal is for, and there is a figure from
// right after them beside that of the end, minutes later. The goal holds for both.
type memory struct {
	fresh         int64 // RSS after the start
	third         int64 // RSS after three reloads
	first, before instance.Usage
	dense, after  instance.Usage // in the reloads one upon the other, and in ordinary work after them
	during, last  instance.Usage // in all reloads, and in ordinary work in the end
	// What is in use after a garbage collection.
	liveBefore, liveAfter int64

	reloads int
}

// collections is how many of them ordinary work goes on for. How far a heap grows beyond
// its goal differs from one to the next by some percent, and pages that were in use once
// stay resident: with a few, the most of them is still a matter of chance.
const collections = 24

func (m *memory) start(ctx context.Context, s *server) (err error) {
	u, err := s.Usage()
	if err != nil {
		return err
	}
	m.fresh = u.RSS
	if m.liveBefore, err = s.heap(ctx); err != nil {
		return err
	}
	if m.first, err = ordinary(ctx, s); err != nil {
		return err
	}
	m.before, err = ordinary(ctx, s)
	return err
}

// look is called after each reload.
func (m *memory) look(s *server) error {
	u, err := s.Usage()
	if err != nil {
		return err
	}
	m.reloads++
	if m.reloads == 3 {
		m.third = u.RSS
	}
	m.during = most(m.during, u)
	return nil
}

// denseOver is called after the reloads that followed one upon the other.
func (m *memory) denseOver(ctx context.Context, s *server) (err error) {
	m.dense = m.during
	m.after, err = ordinary(ctx, s)
	return err
}

func (m *memory) end(ctx context.Context, s *server) (err error) {
	if m.last, err = ordinary(ctx, s); err != nil {
		return err
	}
	m.liveAfter, err = s.heap(ctx)
	return err
}

// growth is that by the reloads one upon the other, inTheEnd that since they began, and
// control that in as much ordinary work before them, in percent.
func (m *memory) growth() float64   { return percentMore(max(m.dense.RSS, m.after.RSS), m.before.RSS) }
func (m *memory) inTheEnd() float64 { return percentMore(max(m.during.RSS, m.last.RSS), m.before.RSS) }
func (m *memory) control() float64  { return percentMore(m.before.RSS, m.first.RSS) }

func percentMore(now, before int64) float64 { return (float64(now)/float64(before) - 1) * 100 }

// ordinary asks a server for what it is asked all the time, until its heap has
// filled and been collected a few times, and returns the most it held between
// two requests.
func ordinary(ctx context.Context, s *server) (held instance.Usage, err error) {
	const limit, batch = 60_000, 25
	first, err := s.collected(ctx)
	if err != nil {
		return held, err
	}
	for range limit / batch {
		for range batch {
			if _, err := s.get(ctx, "/api/v1/query?query=count%20by%20(job)(%7B__name__!%3D%22%22%7D)"); err != nil {
				return held, err
			}
		}
		u, err := s.Usage()
		if err != nil {
			return held, err
		}
		held = most(held, u)
		if now, err := s.collected(ctx); err != nil || now.collections >= first.collections+collections {
			return held, err
		}
	}
	return held, fmt.Errorf("%d queries made no %d garbage collections", limit, collections)
}

func most(a, b instance.Usage) instance.Usage {
	if b.RSS > a.RSS {
		return b
	}
	return a
}

func memoryRows(theirs, ours *result) []report.Row {
	mib := func(what string, pick func(*result) int64) report.Row {
		return report.Row{What: what, Unit: "MiB", Theirs: report.MiB(pick(theirs)), Ours: report.MiB(pick(ours))}
	}
	return []report.Row{
		mib("live heap before", func(r *result) int64 { return r.liveBefore }),
		mib("live heap after all reloads", func(r *result) int64 { return r.liveAfter }),
		mib("RSS 12 s after the start", func(r *result) int64 { return r.fresh }),
		mib("RSS in ordinary work, most, the first time", func(r *result) int64 { return r.first.RSS }),
		mib("RSS in ordinary work, most, the second time", func(r *result) int64 { return r.before.RSS }),
		mib("of it anonymous", func(r *result) int64 { return r.before.Anonymous }),
		mib("RSS after 3 reloads", func(r *result) int64 { return r.third }),
		mib(fmt.Sprintf("RSS in %d and %d reloads one upon the other, most", len(edits)*theirPlan.dense, len(edits)*ourPlan.dense), func(r *result) int64 { return r.dense.RSS }),
		mib("RSS in ordinary work after them, most", func(r *result) int64 { return r.after.RSS }),
		mib("of it anonymous", func(r *result) int64 { return r.after.Anonymous }),
		mib(fmt.Sprintf("RSS in all %d and %d reloads, most", theirPlan.total(), ourPlan.total()), func(r *result) int64 { return r.during.RSS }),
		mib("RSS in ordinary work in the end, most", func(r *result) int64 { return r.last.RSS }),
		mib("of it anonymous", func(r *result) int64 { return r.last.Anonymous }),
		{What: "RSS growth in ordinary work alone, first time to second", Unit: "%", Theirs: theirs.control(), Ours: ours.control()},
		{What: "RSS growth by reloads one upon the other", Unit: "%", Theirs: theirs.growth(), Ours: ours.growth(), Goal: report.AtMost(5)},
		{What: "RSS growth in the end, minutes later", Unit: "%", Theirs: theirs.inTheEnd(), Ours: ours.inTheEnd(), Goal: report.AtMost(5)},
	}
}
