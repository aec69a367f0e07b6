package sidecar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
)

// Reloader makes the reader take a bundle, which is the live directory's current
// generation.
type Reloader interface {
	// Reload returns the digest that the reader uses afterwards, or a [*Refused].
	Reload(ctx context.Context, b *dropin.Bundle) (digest string, err error)
}

// DirSink publishes to a live directory and reloads its reader. What all readers have
// in common is here: the last good versions, going back after a refusal, and what
// there is to begin with in a new life.
type DirSink struct {
	dir    *livedir.Dir
	reload Reloader
	log    *slog.Logger
	m      *sinkMetrics
	ready  atomic.Bool
	// flushed gets the end of the flush that is under way, if flushing says so.
	flushed  chan flushEnd
	flushing bool
}

// flushEnd is how a flush ended.
type flushEnd struct {
	flush *livedir.Flush
	err   error
	took  time.Duration
}

// NewDirSink returns a sink that is the only writer of dir.
func NewDirSink(dir *livedir.Dir, reload Reloader, log *slog.Logger, reg prometheus.Registerer) *DirSink {
	s := &DirSink{
		dir:    dir,
		reload: reload,
		log:    log.With("component", "sink"),
		m:      newSinkMetrics(reg),

		flushed: make(chan flushEnd, 1),
	}
	s.ready.Store(dir.Current().Digest != "")
	return s
}

// Ready says whether a generation lies in the directory, be it one from an
// earlier life: a reader that starts now finds drop-ins.
func (s *DirSink) Ready() bool { return s.ready.Load() }

// Restored reads the drop-ins of the generation in use. A file that the disk
// lost is left out, and said.
func (s *DirSink) Restored() []dropin.Checked {
	var out []dropin.Checked
	for _, it := range s.dir.Current().Items {
		data, err := s.dir.Read(it)
		if err != nil {
			s.log.Warn("cannot restore a published drop-in", "dropin", it.Ref.String(), "err", err)
			continue
		}
		out = append(out, dropin.Restore(it, data))
	}
	return out
}

// Apply publishes b, reloads the reader and goes back if it refuses.
func (s *DirSink) Apply(ctx context.Context, b *dropin.Bundle) (Applied, error) {
	s.noteFlush()
	began := time.Now()
	w, err := s.dir.Publish(b)
	s.m.published(err, time.Since(began))
	if err != nil {
		return Applied{}, err
	}
	s.ready.Store(true)

	began = time.Now()
	digest, err := s.reload.Reload(ctx, b)
	s.m.reloaded(err, time.Since(began))
	if refused, ok := errors.AsType[*Refused](err); ok {
		return Applied{}, s.goBack(b, refused)
	}
	s.startFlush()
	if err != nil {
		// It may be starting, restarting or slow. The generation stays: a reader
		// that starts now should find the newest.
		return Applied{}, fmt.Errorf("reload for %s: %w", b.Digest(), err)
	}
	if digest != b.Digest() {
		return Applied{}, fmt.Errorf("reload for %s: the reader uses %q", b.Digest(), digest)
	}
	s.dir.Confirm()
	s.prune()
	return Applied{Files: w.Files, Kept: w.Kept}, nil
}

// startFlush begins to wait for the disk, which neither the reader nor the next
// change does.
func (s *DirSink) startFlush() {
	if s.flushing {
		return
	}
	f := s.dir.StartFlush()
	if f == nil {
		return
	}
	s.flushing = true
	go func() {
		began := time.Now()
		err := f.Run()
		s.flushed <- flushEnd{flush: f, err: err, took: time.Since(began)}
	}()
}

// noteFlush takes notice of a flush that ended.
func (s *DirSink) noteFlush() {
	select {
	case end := <-s.flushed:
		s.flushing = false
		s.dir.Flushed(end.flush, end.err)
		s.m.flushed(end.err, end.took)
		if end.err != nil {
			s.log.Error("the disk did not take what was published; it is written again", "err", end.err)
			return
		}
		s.prune()
	default:
	}
}

func (s *DirSink) prune() {
	if err := s.dir.Prune(); err != nil {
		s.log.Warn("old generations stay", "err", err)
	}
}

func (s *DirSink) goBack(b *dropin.Bundle, refused *Refused) error {
	if refused.Running == b.Digest() {
		// It runs these drop-ins already, so what it refuses is its own
		// configuration. Going back would take good drop-ins away.
		s.dir.Confirm()
		return fmt.Errorf("the reader runs %s and refuses to reload: %s", b.Digest(), refused.Reason)
	}
	if err := s.dir.Rollback(); err != nil {
		return errors.Join(err, fmt.Errorf("after: %s", refused))
	}
	s.ready.Store(s.dir.Current().Digest != "")
	return refused
}
