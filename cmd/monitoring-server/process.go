package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp" // the Go collector wants this one
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/automaxprocs/maxprocs"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server"
)

// limits fit the Go runtime into its container.
type limits struct {
	cpu, memory bool
	ratio       float64
	refresh     time.Duration
}

func (l *limits) flags(app *kingpin.Application) {
	app.Flag("auto-gomaxprocs", "Automatically set GOMAXPROCS to match Linux container CPU quota").
		Default("true").BoolVar(&l.cpu)
	app.Flag("auto-gomemlimit", "Automatically set GOMEMLIMIT to match Linux container or system memory limit").
		Default("true").BoolVar(&l.memory)
	app.Flag("auto-gomemlimit.ratio", "The ratio of reserved GOMEMLIMIT memory to the detected maximum container or system memory").
		Default("0.9").FloatVar(&l.ratio)
	app.Flag("auto-gomemlimit.refresh-interval", "How often to look whether the memory limit changed. 0 means only at startup.").
		Default("0s").SetValue(durationValue{&l.refresh})
}

func (l *limits) validate() error {
	if l.ratio <= 0 || l.ratio > 1 {
		return errors.New("--auto-gomemlimit.ratio must be greater than 0 and less than or equal to 1")
	}
	return nil
}

// apply sets the limits. Running without them is worse than with, and better
// than not at all.
func (l *limits) apply(logger *slog.Logger) {
	if l.cpu {
		log := func(format string, a ...any) {
			logger.Info(fmt.Sprintf(strings.TrimPrefix(format, "maxprocs: "), a...), "component", "automaxprocs")
		}
		if _, err := maxprocs.Set(maxprocs.Logger(log)); err != nil {
			logger.Warn("Failed to set GOMAXPROCS automatically", "component", "automaxprocs", "err", err)
		}
	}
	if l.memory {
		_, err := memlimit.SetGoMemLimitWithOpts(
			memlimit.WithRatio(l.ratio),
			memlimit.WithRefreshInterval(l.refresh),
			memlimit.WithProvider(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)),
			memlimit.WithLogger(logger.With("component", "automemlimit")),
		)
		if err != nil {
			logger.Warn("Failed to set GOMEMLIMIT automatically", "component", "automemlimit", "err", err)
		}
	}
}

// registerProcess replaces the default Go metrics by the wider set that
// Prometheus has, and adds what is known about the build.
func registerProcess(reg prometheus.Registerer) {
	if reg.Unregister(collectors.NewGoCollector()) {
		reg.MustRegister(collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(
			collectors.MetricsGC,
			collectors.MetricsScheduler,
			collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile(`^/sync/mutex/wait/total:seconds$`)},
			// Ours: how much of the CPU time goes into garbage collection.
			collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile(`^/cpu/classes/gc/total:cpu-seconds$`)},
		)))
	}
	reg.MustRegister(server.NewBuildInfo()...)
}

// asked turns signals into what the server understands.
func asked(ctx context.Context, sig <-chan os.Signal) <-chan struct{} {
	out := make(chan struct{})
	go func() {
		for {
			select {
			case <-sig:
			case <-ctx.Done():
				return
			}
			select {
			case out <- struct{}{}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func versionText() string {
	own := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		own = info.Main.Version
	}
	return fmt.Sprintf("monitoring-server %s, Prometheus %s, %s %s/%s",
		own, server.PrometheusVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
