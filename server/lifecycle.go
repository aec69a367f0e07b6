package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/util/notifications"
)

// Run starts a server and stops it when ctx ends, when /-/quit is called or
// when it cannot go on, which is the only case that returns an error.
func Run(ctx context.Context, o Options) error {
	s, err := New(o)
	if err != nil {
		return err
	}
	s.Start()
	var fatal error
	select {
	case <-ctx.Done():
		s.logger.Warn("Asked to stop, exiting gracefully...", "cause", context.Cause(ctx))
	case <-s.quit:
		s.logger.Warn("Received termination request via web service, exiting gracefully...")
	case fatal = <-s.fatal:
	}
	return errors.Join(fatal, s.Stop())
}

// Start serves HTTP at once, answering 503 to whatever needs data, and opens
// storage and configuration in the background. See [Server.Ready] and
// [Server.Err] for how that ends.
func (s *Server) Start() {
	s.serve()
	s.started.Go(s.open)
}

// runParts starts everything that works in the background until Stop.
func (s *Server) runParts() {
	d := s.discovery
	s.loops.Go(func() { _ = d.scrapeSD.Run() }) // returns the end of its context
	s.loops.Go(func() { d.router.Run(d.ctx) })
	s.loops.Go(func() {
		if err := d.scrape.Run(d.router.Groups()); err != nil {
			s.fail("scrape manager", err)
		}
	})
	s.loops.Go(s.tracing.Run)
	s.guards.run(d.ctx, s)
	if !s.opts.Agent {
		s.loops.Go(func() { _ = d.notifySD.Run() })
		s.loops.Go(func() { d.notifier.Run(d.notifySD.SyncCh()) })
	}
}

// reloadLoop reloads when SIGHUP or a change of the base file asks for it. The
// answer has nowhere to go but the log, where Reload writes it.
func (s *Server) reloadLoop() {
	var tick <-chan time.Time
	if s.opts.AutoReload {
		t := time.NewTicker(max(s.opts.AutoReloadInterval, time.Second))
		defer t.Stop()
		tick = t.C
	}
	sum, _ := config.GenerateChecksum(s.opts.ConfigFile)
	for {
		select {
		case <-s.opts.Reload:
			_, _ = s.Reload(s.background, true)
		case <-tick:
			now, err := config.GenerateChecksum(s.opts.ConfigFile)
			if err != nil {
				s.logger.Error("Failed to generate checksum during configuration reload", "err", err)
				continue
			}
			if now == sum {
				continue
			}
			s.logger.Info("Configuration file change detected, reloading the configuration.")
			if _, err := s.Reload(s.background, true); err == nil {
				sum = now
			}
		case <-s.background.Done():
			return
		}
	}
}

// Stop ends everything in the order in which nothing is used after its end:
// no reload after parts stopped, rules before the scrapes they read (absent()
// must not fire), alerts delivered before the notifier ends, storage last but
// the HTTP side, which answers 503 meanwhile.
func (s *Server) Stop() error {
	s.setState(stopping)
	s.notes.AddNotification(notifications.ShuttingDown)
	s.guards.stopping()
	s.cancel()
	s.reloading.Lock()
	if s.closed {
		s.reloading.Unlock()
		return nil
	}
	s.closed = true
	s.reloading.Unlock()
	s.started.Wait()

	steps := []struct {
		name string
		stop func() error
	}{
		{"rules", func() error {
			if s.evaluator != nil {
				s.evaluator.Stop()
			}
			return nil
		}},
		{"scraping", func() error { s.discovery.scrape.Stop(); return nil }},
		{"notifier", func() error { s.discovery.notifier.Stop(); return nil }},
		{"discovery", func() error { s.discovery.end(); return nil }},
		{"tracing", func() error { s.tracing.Stop(); return nil }},
		{"background work", func() error { s.loops.Wait(); return nil }},
		{"storage", s.data.fanout.Close},
		{"guards", s.guards.closed},
		{"query engine", func() error {
			if s.data.engine != nil {
				return s.data.engine.Close()
			}
			return nil
		}},
		{"web", func() error { s.stopWeb(); s.serving.Wait(); return s.removeSocket() }},
	}
	var errs error
	for _, step := range steps {
		start := time.Now()
		if err := step.stop(); err != nil {
			errs = errors.Join(errs, fmt.Errorf("stop %s: %w", step.name, err))
		}
		s.logger.Debug("Stopped", "part", step.name, "took", time.Since(start))
	}
	s.logger.Info("See you next time!")
	return errs
}

func (s *Server) removeSocket() error {
	if s.socket == nil {
		return nil
	}
	if err := os.Remove(s.opts.DropIns.ReloadSocket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
