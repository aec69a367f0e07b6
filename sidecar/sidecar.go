// Package sidecar brings drop-ins to its neighbour: it watches labeled
// ConfigMaps, has package dropin check and assemble them, publishes the result
// as a generation, makes the neighbour reload, and tells every owner what became
// of their drop-in.
//
// Sources deliver objects, one goroutine (loop.go) owns all state, a sink makes
// a bundle the one in use. The package decides nothing about what a drop-in may
// hold, and does not know what the neighbour does with it.
package sidecar

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// Sidecar is one running set of sources, loop and sink.
type Sidecar struct {
	opts   Options
	status atomic.Pointer[Status]
	// stirred wakes what writes the status to the disk. It holds one wake-up: a
	// writer that is slow finds the newest status, not every one.
	stirred chan struct{}
	beat    heartbeat
	metrics *metrics
}

// New checks the options. Nothing runs before [Sidecar.Run].
func New(opts Options) (*Sidecar, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	s := &Sidecar{opts: opts, stirred: make(chan struct{}, 1)}
	s.status.Store(&Status{DropIns: []DropIn{}, Sources: s.sources()})
	s.metrics = newMetrics(opts.Registerer, s)
	return s, nil
}

// Run works until ctx ends, and returns when everything it started has.
func (s *Sidecar) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	// Deferred in this order: first tell all to stop, then wait for them.
	defer wg.Wait()
	defer cancel()

	l := newLoop(s)
	for i, src := range s.opts.Sources {
		wg.Go(func() {
			src.Run(ctx, func(ev Event) {
				select {
				case l.events <- delivery{source: i, Event: ev}:
				case <-ctx.Done():
				}
			})
		})
	}
	if s.opts.WriteStatus != nil {
		wg.Go(func() { s.writeStatus(ctx) })
	}
	if err := l.run(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Status is what the sidecar last knew. It must not be changed.
func (s *Sidecar) Status() *Status { return s.status.Load() }

func (s *Sidecar) publishStatus(st *Status) {
	s.status.Store(st)
	select {
	case s.stirred <- struct{}{}:
	default:
	}
}

// sources asks every source how it is doing.
func (s *Sidecar) sources() []SourceStatus {
	out := make([]SourceStatus, 0, len(s.opts.Sources))
	for _, src := range s.opts.Sources {
		out = append(out, src.Status())
	}
	return slices.Clip(out)
}
