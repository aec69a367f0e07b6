package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/residency"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

// serve runs until ctx ends.
func serve(ctx context.Context, f *flags, log *slog.Logger) error {
	api, err := connect(f.kubeconfig)
	if err != nil {
		return err
	}
	lock, err := lockWhenFree(ctx, f.liveDir, lockPatience, log)
	if err != nil {
		return err
	}
	defer lock.Close()
	dir, err := livedir.Open(f.liveDir)
	if err != nil {
		return err
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector("kube_monitoring_stack_sidecar"),
	)
	host, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("own name for Events: %w", err)
	}
	events := sidecar.NewEvents(api.core, host, log)

	opts := sidecar.DefaultOptions()
	opts.Logger, opts.Registerer = log, reg
	in, err := f.sources.build(ctx, api, f, log)
	if err != nil {
		return err
	}
	opts.Sources = in.sources
	opts.Reporters = append([]sidecar.Reporter{events}, in.reporters...)
	opts.WriteStatus = dir.WriteStatus
	to, err := f.target(dir, opts)
	if err != nil {
		return err
	}
	opts.Sink, opts.Restored, opts.Policy, opts.Kinds = to.Sink, to.restored, to.policy, to.kinds
	s, err := sidecar.New(opts)
	if err != nil {
		return err
	}

	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	log.Info("config-sidecar started", "for", f.forWhom, "address", listener.Addr().String(), "live_dir", f.liveDir, "restored", len(opts.Restored))
	return runAll(ctx, s, append(in.runners, events), &http.Server{
		Handler:           s.Handler(to.ready, reg),
		ReadHeaderTimeout: 10 * time.Second,
	}, listener, log)
}

const (
	// startTakes is after how long nothing more of a start is expected.
	startTakes = 30 * time.Second
	// startStep is how often what the start took so far is given back meanwhile. Each
	// of its parts touches code of its own, once.
	startStep = 500 * time.Millisecond
)

// settled gives back the memory that the start takes, until it is over.
func settled(ctx context.Context, log *slog.Logger) {
	over := time.NewTimer(startTakes)
	defer over.Stop()
	step := time.NewTicker(startStep)
	defer step.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-step.C:
			givePagesBack(log)
		case <-over.C:
			debug.FreeOSMemory()
			givePagesBack(log)
			log.Debug("the start is over")
			return
		}
	}
}

// givePagesBack gives back what is not needed of the program itself.
func givePagesBack(log *slog.Logger) {
	log.Debug("pages of the program were given back", "err", residency.UnmapProgram())
}

// runner is something that runs beside the sidecar.
type runner interface{ Run(ctx context.Context) }

// runAll runs the parts until ctx ends or one of them fails.
func runAll(ctx context.Context, s *sidecar.Sidecar, beside []runner, web *http.Server, l net.Listener, log *slog.Logger) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	var webErr error
	wg.Go(func() {
		defer cancel()
		if err := web.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			webErr = fmt.Errorf("serve: %w", err)
		}
	})
	wg.Go(func() { settled(ctx, log) })
	for _, r := range beside {
		wg.Go(func() { r.Run(ctx) })
	}
	err := s.Run(ctx)
	cancel()
	// Close and not Shutdown: what is served are probes and scrapes, and nobody
	// waits for the last of them.
	err = errors.Join(err, web.Close())
	wg.Wait()
	return errors.Join(err, webErr)
}
