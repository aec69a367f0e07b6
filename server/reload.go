package server

import (
	"context"
	"errors"
	"time"

	config_util "github.com/prometheus/common/config"
	"github.com/prometheus/prometheus/util/notifications"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/generation"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/plan"
)

// Why a reload cannot be tried at all.
var (
	ErrNotReady = errors.New("the server is still starting")
	ErrStopping = errors.New("the server is stopping")
)

// Result is what a reload did.
type Result struct {
	// Digest names the generation now running.
	Digest string
	// Changed counts the drop-ins that were added, removed or edited.
	Changed map[dropin.Kind]int
	Took    time.Duration
	// Base is why the configuration file was left out of the reload: it cannot
	// be loaded, and the one loaded before is in force with the new drop-ins.
	Base error
}

// Reload reads the base configuration and the current generation and puts them
// in force. If it fails, what was in force before still is. Reloads are
// serialised. With reopen, log files are opened anew, for their rotation.
//
// A generation at fault gives a [*plan.RefusedError]. A base at fault does not
// hold back the drop-ins, which are other people's: see [Result].
func (s *Server) Reload(ctx context.Context, reopen bool) (Result, error) {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	switch {
	case s.closed:
		return Result{}, ErrStopping
	case s.running.Load() == nil:
		return Result{}, ErrNotReady
	case ctx.Err() != nil: // whoever asked has left while others reloaded
		return Result{}, context.Cause(ctx)
	}
	start := time.Now()
	res, err := s.reload(ctx, reopen)
	res.Took = time.Since(start)
	res.Digest = s.running.Load().Digest()

	s.reloaded(errors.Join(err, res.Base), res.Took)
	return res, err
}

func (s *Server) reload(ctx context.Context, reopen bool) (res Result, err error) {
	old := s.running.Load()
	res.Changed = old.Generation.Changes(old.Generation)
	gen, err := s.currentGeneration()
	if err != nil {
		return res, err
	}
	next, err := s.loader.Prepare(gen)
	if broken := (*plan.BaseError)(nil); errors.As(err, &broken) {
		res.Base = err
		next, err = s.loader.PrepareWith(old, gen)
	}
	if err != nil {
		return res, err
	}
	if next.Same(old) && !reopen {
		// After a fallback the sidecar may have gone back to what runs already.
		s.runs(old, nil)
		return res, nil
	}
	if err := s.checkClients(old, next); err != nil {
		return res, err
	}
	// Nobody may interrupt a commit by hanging up.
	if err := s.commit(context.WithoutCancel(ctx), old, next, reopen); err != nil {
		return res, err
	}
	s.loader.Keep(next)
	res.Changed = next.Generation.Changes(old.Generation)
	s.runs(next, nil)
	return res, nil
}

// reloaded reports a reload where Prometheus does.
func (s *Server) reloaded(err error, took time.Duration) {
	s.metrics.reloaded(err == nil, took)
	if err != nil {
		s.logger.Error("Reload failed", "err", err, "took", took)
		s.notes.AddNotification(notifications.ConfigurationUnsuccessful)
		return
	}
	s.notes.DeleteNotification(notifications.ConfigurationUnsuccessful)
}

// currentGeneration returns nil if there are no drop-ins.
func (s *Server) currentGeneration() (*generation.Generation, error) {
	if s.opts.DropIns.Dir == "" {
		return nil, nil
	}
	gen, err := s.generations.Resolve(generation.Current)
	if errors.Is(err, generation.ErrNone) {
		return nil, nil
	}
	return gen, err
}

// checkClients makes the HTTP client of each changed job once and throws it
// away. The scrape manager would find out about a missing certificate only
// when other jobs are changed already.
func (s *Server) checkClients(old, next *plan.Plan) error {
	refused := &plan.RefusedError{Digest: next.Digest()}
	for _, j := range next.NewJobs(old) {
		client, err := config_util.NewClientFromConfig(j.HTTPClientConfig, j.JobName)
		if err == nil {
			client.CloseIdleConnections()
			continue
		}
		ref, ok := next.Owners[j.JobName]
		if !ok {
			return &plan.BaseError{Path: s.opts.ConfigFile, Err: err}
		}
		refused.Items = append(refused.Items, plan.ItemError{Ref: ref, Err: err})
	}
	if len(refused.Items) > 0 {
		return refused
	}
	return nil
}
