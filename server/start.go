package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/util/notifications"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/residency"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/generation"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/plan"
)

// open brings the server from listening to ready: storage, configuration, and
// then whatever uses the two.
func (s *Server) open() {
	err := awaitLock(s.background, s.opts, s.logger)
	if err == nil && s.background.Err() == nil {
		err = s.openStorage()
	}
	if err != nil {
		s.fail("start", err)
		return
	}
	if s.background.Err() != nil {
		return // stopped while it waited or replayed
	}
	s.runParts()
	if err := s.firstPlan(s.background); err != nil {
		s.fail("start", err)
		return
	}
	s.setState(serving)
	s.notes.DeleteNotification(notifications.StartingUp)
	close(s.ready)
	s.logger.Info("Server is ready to receive web requests.", "addr", s.Addr())
	s.loops.Go(s.reloadLoop)
	s.loops.Go(s.giveBack)
	s.loops.Go(func() { s.pacer.Run(s.background) })
}

// startOver is how long after the server is ready the start is taken to be over:
// its first targets are found then.
const startOver = 5 * time.Second

// giveBack returns what the start took.
func (s *Server) giveBack() {
	select {
	case <-time.After(startOver):
	case <-s.background.Done():
		return
	}
	if err := residency.GiveBack(); err != nil {
		s.logger.Debug("Memory of the start is not given back", "err", err)
	}
}

// firstPlan puts the best there is in force: the current generation, or else
// the one before, or else the base alone. A server without the newest drop-ins
// is better than none, but nobody must overlook that it is one.
func (s *Server) firstPlan(ctx context.Context) error {
	s.reloading.Lock()
	defer s.reloading.Unlock()

	var errs error
	for i, source := range []string{generation.Current, generation.Previous, ""} {
		if s.opts.DropIns.Dir == "" && source != "" {
			continue
		}
		p, err := s.planFrom(source)
		if err == nil {
			err = s.commit(ctx, nil, p, false)
		}
		if err == nil {
			var f *fallback
			if i > 0 && errs != nil {
				f = &fallback{Running: describe(source), Reason: errs.Error()}
				s.logger.Error("The newest drop-ins are not in force", "running", f.Running, "digest", p.Digest(), "err", errs)
			}
			s.loader.Keep(p)
			s.runs(p, f)
			s.metrics.reloaded(f == nil, 0)
			return nil
		}
		if errors.Is(err, generation.ErrNone) {
			continue
		}
		s.logger.Error("Cannot start with "+describe(source), "err", err)
		errs = errors.Join(errs, err)
		if broken := (*plan.BaseError)(nil); errors.As(err, &broken) {
			break // no generation can make up for that
		}
	}
	return fmt.Errorf("error loading config from %q: %w", s.opts.ConfigFile, errs)
}

func (s *Server) planFrom(link string) (*plan.Plan, error) {
	var gen *generation.Generation
	if link != "" {
		var err error
		if gen, err = s.generations.Resolve(link); err != nil {
			return nil, err
		}
	}
	return s.loader.Prepare(gen)
}

func describe(link string) string {
	if link == "" {
		return "the base configuration alone"
	}
	return "the " + link + " generation"
}
