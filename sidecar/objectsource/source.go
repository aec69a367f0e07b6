package objectsource

import (
	"context"
	"log/slog"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/workqueue"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

// lookAgain is how often a kind that is not served is looked for.
const lookAgain = 5 * time.Second

// patience is how often discovery may fail before nobody waits for the kind any
// longer: one that is broken for good must not keep everything else away.
const patience = 3

// Source is a source of the objects of one kind.
type Source struct {
	opts Options
	log  *slog.Logger
	// again holds the keys of objects that are to be converted once more.
	again workqueue.TypedRateLimitingInterface[sidecar.Key]

	// turn is held while one object is converted and delivered, so that a new
	// conversion and a change of the object come one after the other.
	turn sync.Mutex
	// known and conversions, which counts them, are guarded by turn.
	known       map[sidecar.Key]*known
	conversions int

	mu      sync.Mutex // guards the following
	inner   *sidecar.APISource
	unwatch context.CancelFunc
	status  sidecar.SourceStatus
}

// known is what is remembered of an object.
type known struct {
	// version is the UID and the resourceVersion of what was converted last.
	version string
	// stamp names the result of that conversion.
	stamp string
	// due says that it must be converted again though its version is the same.
	due bool
}

// New returns a source; nothing is asked before [Source.Run].
func New(opts Options) *Source {
	name := opts.Kind.Resource()
	if opts.Namespace != "" {
		name += "/" + opts.Namespace
	}
	return &Source{
		opts:   opts,
		log:    opts.Logger.With("component", "source", "source", name),
		again:  newQueue[sidecar.Key](),
		known:  map[sidecar.Key]*known{},
		status: sidecar.SourceStatus{Name: name, Kind: string(opts.Kind), Namespace: opts.Namespace},
	}
}

// Status implements [sidecar.Source].
func (s *Source) Status() sidecar.SourceStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inner != nil {
		st := s.inner.Status()
		st.Synced = st.Synced || s.status.Synced
		return st
	}
	return s.status
}

// Run implements [sidecar.Source]. While the cluster does not serve the kind it
// looks for it; while it does, it watches.
func (s *Source) Run(ctx context.Context, deliver func(sidecar.Event)) {
	var wg sync.WaitGroup
	defer wg.Wait()
	defer s.again.ShutDown()
	wg.Go(func() { s.convertAgain(ctx, deliver) })

	absences, failures := 0, 0
	for ctx.Err() == nil {
		resource, served, err := s.opts.Served.Ask(ctx, s.opts.Kind)
		switch {
		case err != nil:
			s.note(err, false)
			if failures++; failures == patience {
				deliver(sidecar.Event{Absent: true})
			}
			if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) {
				deliver(sidecar.Event{Denied: err})
			}
		case served:
			absences, failures = 0, 0
			s.watch(ctx, resource, deliver)
			s.opts.Served.Forget()
			continue
		default:
			s.note(nil, true)
			absences++
			s.absent(absences, deliver)
		}
		select {
		case <-ctx.Done():
		case <-time.After(lookAgain):
		}
	}
}

// absent tells that there are no objects of the kind. The first time nobody
// waits for them any longer, and only after a second look those that were there
// are gone: an API server that is starting may not know yet what it serves.
func (s *Source) absent(times int, deliver func(sidecar.Event)) {
	switch times {
	case 1:
		deliver(sidecar.Event{Absent: true})
	case 2:
		s.turn.Lock()
		defer s.turn.Unlock()
		for key := range s.known {
			s.forget(key)
			deliver(sidecar.Event{Key: key})
		}
		s.mu.Lock()
		s.status.Synced = true
		s.mu.Unlock()
		deliver(sidecar.Event{Synced: true})
	}
}

func (s *Source) note(err error, absent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.LastAttempt, s.status.Absent = time.Now(), absent
	if err != nil {
		if s.status.Error == "" && s.log != nil {
			s.log.Error("the API server cannot be asked for the kind; what is published stays", "err", err)
		}
		s.status.Error = err.Error()
		return
	}
	s.status.LastSuccess, s.status.Error = s.status.LastAttempt, ""
}

func newQueue[T comparable]() workqueue.TypedRateLimitingInterface[T] {
	return workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[T](retryMin, retryMax))
}

// retryMin and retryMax bound the wait after something that failed.
const (
	retryMin = 200 * time.Millisecond
	retryMax = 30 * time.Second
)
