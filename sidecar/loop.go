package sidecar

import (
	"context"
	"log/slog"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// loop owns all state. Nothing else writes it, so there are no locks.
type loop struct {
	s     *Sidecar
	log   *slog.Logger
	store *store
	hold  *holdoff

	events chan delivery
	done   chan outcome
	again  *time.Timer

	// synced and denied, which says that nothing is to be had from it now, are by
	// source.
	synced, denied []bool
	open           bool

	// wanted is the newest assembly; its bundle is nil before the first.
	wanted set
	since  time.Time
	// inUse is what the reader confirmed last.
	inUse       set
	confirmedAt time.Time
	// busy says that a job is on its way. There is never more than one; what
	// changes meanwhile waits as wanted, and newer replaces older.
	busy    bool
	backoff time.Duration
	failure string
	// failing is since when nothing was confirmed, saidAt when that was last logged.
	failing, saidAt time.Time
}

// delivery is an event and the source it came from.
type delivery struct {
	source int
	Event
}

func newLoop(s *Sidecar) *loop {
	again := time.NewTimer(0)
	again.Stop()
	return &loop{
		s:      s,
		log:    s.opts.Logger.With("component", "loop"),
		store:  newStore(s.opts),
		hold:   newHoldoff(s.opts.Holdoff, s.opts.HoldoffMax),
		events: make(chan delivery),
		done:   make(chan outcome, 1),
		again:  again,
		synced: make([]bool, len(s.opts.Sources)),
		denied: make([]bool, len(s.opts.Sources)),
	}
}

// run is the loop. One of six things happens at a time:
//
//  1. A source says that an object changed or is gone, or how it is doing itself.
//  2. It has been quiet for long enough: assemble, and hand the set to the sink.
//  3. The sink is done with a set: note who runs what, and hand it the next.
//  4. A retry is due, or the reader is to confirm again what it uses.
//  5. It is time to show that the loop is alive.
//  6. The sidecar ends. A job on its way is told and waited for.
func (l *loop) run(ctx context.Context) error {
	pulse := time.NewTicker(pulseEvery)
	defer pulse.Stop()
	l.s.beat.tick(time.Now())
	for {
		select {
		case ev := <-l.events:
			l.observe(ev)
		case <-l.hold.timer.C:
			l.settle(ctx)
		case out := <-l.done:
			l.finish(ctx, out)
		case <-l.again.C:
			l.retry(ctx)
		case now := <-pulse.C:
			l.s.beat.tick(now)
		case <-ctx.Done():
			if l.busy {
				<-l.done
			}
			return ctx.Err()
		}
	}
}

// observe is case 1. It checks what changed, and nothing else.
func (l *loop) observe(ev delivery) {
	changed := false
	switch {
	case ev.Synced:
		changed = !l.synced[ev.source]
		l.synced[ev.source], l.denied[ev.source] = true, false
		l.store.settled(l.s.opts.Sources[ev.source].Status())
	case ev.Absent:
		changed = !l.denied[ev.source]
		l.denied[ev.source] = true
	case ev.Denied != nil:
		changed = !l.denied[ev.source]
		if l.denied[ev.source] = true; changed {
			l.log.Error("a source may not be read; what was published from it stays", "err", ev.Denied)
		}
	case ev.Object == nil:
		changed = l.store.remove(ev.Key)
	default:
		changed = l.store.put(ev.Object)
	}
	// What comes before may be published is not a change to hold off, so that the
	// first set goes out the moment the list is complete.
	if changed && l.mayPublish() {
		l.hold.touch(ev.Key, time.Now())
	}
}

// mayPublish says whether enough is known to publish. Half a list would take the
// other half's drop-ins away. A source that is denied is not waited for, if
// there is anything to publish without it.
func (l *loop) mayPublish() bool {
	if l.open {
		return true
	}
	some := len(l.s.opts.Restored) > 0
	for i := range l.synced {
		if !l.synced[i] && !l.denied[i] {
			return false
		}
		some = some || l.synced[i]
	}
	l.open = some
	return some
}

// settle is case 2.
func (l *loop) settle(ctx context.Context) {
	l.assemble(l.hold.take(time.Now()))
	l.show()
	l.start(ctx)
}

func (l *loop) assemble(since time.Time) {
	settled := l.wanted.bundle == nil || l.wanted.bundle.Digest() == l.digestInUse()
	l.wanted = l.store.assemble()
	// A change that comes while an older one is still on its way does not make
	// the older one younger.
	if settled {
		l.since = since
	}
}

func (l *loop) digestInUse() string {
	if l.inUse.bundle == nil {
		return ""
	}
	return l.inUse.bundle.Digest()
}

// start hands the wanted set to the sink, unless it is in use already.
func (l *loop) start(ctx context.Context) {
	if l.inUse.bundle != nil && l.wanted.bundle.Digest() == l.digestInUse() {
		l.failure = ""
		return
	}
	l.launch(ctx)
}

func (l *loop) launch(ctx context.Context) {
	if l.busy {
		return
	}
	l.busy = true
	l.again.Stop()
	base := l.inUse.items
	if l.inUse.bundle == nil {
		base = l.s.opts.Restored
	}
	j := job{set: l.wanted, base: base, policy: l.s.opts.Policy, since: l.since}
	a := applier{sink: l.s.opts.Sink, timeout: l.s.opts.ApplyTimeout}
	go func() { l.done <- a.run(ctx, j) }()
}

// finish is case 3.
func (l *loop) finish(ctx context.Context, out outcome) {
	l.busy = false
	now := time.Now()
	if out.inUse.bundle != nil {
		l.confirm(out, now)
	}
	for _, no := range out.refused {
		if r := l.store.records[no.item.Ref]; r != nil {
			r.refuse(no.item, no.reason, now)
		}
	}
	switch {
	case out.err != nil:
		l.fail(ctx, out)
	case len(out.refused) > 0:
		l.assemble(out.job.since)
		l.next(ctx)
	default:
		l.next(ctx)
	}
	l.show()
}

func (l *loop) confirm(out outcome, now time.Time) {
	digest := out.inUse.bundle.Digest()
	if digest != l.digestInUse() {
		l.log.Info("published", "digest", digest, "dropins", len(out.inUse.items),
			"files", out.applied.Files, "kept", out.applied.Kept, "took", out.took)
		l.s.metrics.live(out.took, now.Sub(out.job.since))
	}
	l.inUse, l.confirmedAt = out.inUse, now
	l.store.confirm(out.inUse.items)
	l.backoff, l.failure = 0, ""
}

// show tells everybody what is known now.
func (l *loop) show() {
	now := time.Now()
	st := &Status{
		Synced:      true,
		Digest:      l.wanted.bundle.Digest(),
		Confirmed:   l.digestInUse(),
		ConfirmedAt: l.confirmedAt,
		Error:       l.failure,
		Sources:     l.s.sources(),
		DropIns:     l.store.dropIns(now),
	}
	for _, ok := range l.synced {
		st.Synced = st.Synced && ok
	}
	l.s.publishStatus(st)
	for _, v := range l.store.verdicts(now) {
		l.tell(v)
	}
}

func (l *loop) tell(v Verdict) {
	for _, p := range firstOfEach(v.Problems) {
		if v.Reminder {
			break // the log does not forget
		}
		l.log.Warn("drop-in refused", "dropin", p.Ref.String(), "kind", p.Kind, "line", p.Line, "code", p.Code, "reason", p.Message)
	}
	for _, r := range l.s.opts.Reporters {
		r.Report(v)
	}
}

// firstOfEach returns the first problem of each drop-in: the log has one line
// for one refused drop-in, the status has all problems.
func firstOfEach(problems []dropin.Problem) []dropin.Problem {
	var out []dropin.Problem
	seen := map[dropin.Ref]bool{}
	for _, p := range problems {
		if !seen[p.Ref] {
			seen[p.Ref] = true
			out = append(out, p)
		}
	}
	return out
}
