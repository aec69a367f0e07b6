package sidecar

import "time"

// holdoff decides when a change goes out. The first after a quiet time goes at
// once: most changes come alone, and holding those would only make them slower.
// Those that follow wait until it has been quiet, so that fifty objects applied
// together cost two publishes and not fifty, and never longer than max after the
// first of them.
//
// An object that changes again and again is held apart from all others. Its changes
// wait for each other, longer than others do, and say nothing about whether it is
// quiet: a team that changes its drop-in all the time delays nobody else and costs
// no more publishes than max allows. Whatever goes out takes everything along that
// waits.
type holdoff struct {
	quiet, max time.Duration
	timer      *time.Timer
	// calm holds what changes now and then, restless what changed less than max
	// after its change before.
	calm, restless lane
	// changed is when each object changed last, as far back as max.
	changed map[Key]time.Time
}

// lane is a group of changes that wait for each other.
type lane struct {
	// first is when the oldest change that waits came; zero when none waits.
	first time.Time
	// last is when the newest change came, whether it still waits or not.
	last time.Time
	// due is when what waits goes out.
	due time.Time
}

func newHoldoff(quiet, max time.Duration) *holdoff {
	t := time.NewTimer(0)
	t.Stop()
	return &holdoff{quiet: quiet, max: max, timer: t, changed: map[Key]time.Time{}}
}

// touch notes a change of an object, or with an empty key one of a source.
func (h *holdoff) touch(key Key, now time.Time) {
	before, known := h.changed[key]
	h.changed[key] = now
	if known && now.Sub(before) < h.max && key != (Key{}) {
		h.restless.wait(now, 2*h.quiet, h.max)
	} else {
		alone := now.Sub(h.calm.last) >= h.quiet
		h.calm.wait(now, h.quiet, h.max)
		if alone && h.calm.first.Equal(now) {
			// Until the loop is free more may come, which goes with it.
			h.calm.due = now
		}
	}
	h.timer.Reset(h.due().Sub(now))
}

// wait puts off what waits for as long as it is not quiet. What is due already
// is not put off any more.
func (l *lane) wait(now time.Time, quiet, max time.Duration) {
	l.last = now
	if l.first.IsZero() {
		l.first = now
	} else if !l.due.After(now) {
		return
	}
	l.due = now.Add(quiet)
	if latest := l.first.Add(max); l.due.After(latest) {
		l.due = latest
	}
}

// due is when the next change goes out. At least one waits.
func (h *holdoff) due() time.Time {
	if h.calm.first.IsZero() || !h.restless.first.IsZero() && h.restless.due.Before(h.calm.due) {
		return h.restless.due
	}
	return h.calm.due
}

// take ends the wait and returns when the oldest change of it came.
func (h *holdoff) take(now time.Time) time.Time {
	first := h.calm.first
	if r := h.restless.first; first.IsZero() || !r.IsZero() && r.Before(first) {
		first = r
	}
	h.calm.first, h.restless.first = time.Time{}, time.Time{}
	for key, at := range h.changed {
		if now.Sub(at) >= h.max {
			delete(h.changed, key)
		}
	}
	return first
}
