package sidecar

import (
	"context"
	"log/slog"
	"time"
)

// fail sees to it that a set is tried again, at once if a newer one waits.
func (l *loop) fail(ctx context.Context, out outcome) {
	l.sayFailed(out)
	l.failure = out.err.Error()
	if l.wanted.bundle.Digest() != out.job.bundle.Digest() {
		l.launch(ctx)
		return
	}
	l.backoff = min(max(2*l.backoff, l.s.opts.RetryMin), l.s.opts.RetryMax)
	l.again.Reset(l.backoff)
}

// sayAgain is how often a failure that lasts is logged.
const sayAgain = time.Minute

// sayFailed logs a failure when it is new and then now and then. A reader that
// the sidecar was started before is expected to be away for a moment.
func (l *loop) sayFailed(out outcome) {
	now := time.Now()
	if l.failure == "" {
		l.failing, l.saidAt = now, time.Time{}
	}
	if l.failure == out.err.Error() && now.Sub(l.saidAt) < sayAgain {
		return
	}
	l.saidAt = now
	level := slog.LevelError
	if l.inUse.bundle == nil && now.Sub(l.failing) < sayAgain {
		level = slog.LevelInfo
	}
	l.log.Log(context.Background(), level, "the newest drop-ins are not confirmed; trying again",
		"digest", out.job.bundle.Digest(), "for", now.Sub(l.failing), "err", out.err)
}

// next hands on what came meanwhile. If nothing did, the reader is asked again
// later whether it still uses what it confirmed.
func (l *loop) next(ctx context.Context) {
	l.again.Reset(l.s.opts.Reconfirm)
	l.start(ctx)
}

// retry is case 4.
func (l *loop) retry(ctx context.Context) {
	if l.store.forgive(time.Now().Add(-l.s.opts.ForgiveAfter)) {
		l.assemble(time.Now())
	}
	l.launch(ctx)
}
