package sidecar

import "time"

// holdoff decides when a change goes out. The first after a quiet time goes at
// once: most changes come alone, and holding those would only make them slower.
// Those that follow wait until it has been quiet, so that fifty objects applied
// together cost two publishes and not fifty, and never longer than max after the
// first of them, so that a chatty neighbour cannot hold up everybody.
type holdoff struct {
	quiet, max time.Duration
	timer      *time.Timer
	// first is when the oldest change that waits came; zero when none waits.
	first time.Time
	// last is when the newest change came, whether it still waits or not.
	last time.Time
	// alone says that the waiting change came after a quiet time and goes out
	// as soon as the loop is free. What comes until then goes with it.
	alone bool
}

func newHoldoff(quiet, max time.Duration) *holdoff {
	t := time.NewTimer(0)
	t.Stop()
	return &holdoff{quiet: quiet, max: max, timer: t}
}

// touch notes a change.
func (h *holdoff) touch(now time.Time) {
	waits, wasQuiet := !h.first.IsZero(), now.Sub(h.last) >= h.quiet
	h.last = now
	switch {
	case h.alone:
	case !waits && wasQuiet:
		h.first, h.alone = now, true
		h.timer.Reset(0)
	case !waits:
		h.first = now
		h.timer.Reset(h.quiet)
	default:
		h.timer.Reset(min(h.quiet, h.first.Add(h.max).Sub(now)))
	}
}

// take ends the wait and returns when the oldest change of it came.
func (h *holdoff) take() time.Time {
	first := h.first
	h.first, h.alone = time.Time{}, false
	return first
}
