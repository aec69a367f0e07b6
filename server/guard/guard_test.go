// Package guard_test puts the guards together as the server does.
package guard_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/boot"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/disk"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/query"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/series"
)

// TestTogether opens a storage under all guards, at their defaults, with one
// registry, and lets a scrape, a rule and a query through.
func TestTogether(t *testing.T) {
	dir, logger, reg := t.TempDir(), slog.New(slog.DiscardHandler), prometheus.NewPedanticRegistry()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	do := disk.DefaultOptions()
	do.Dir, do.Logger, do.Registerer = dir, logger, reg
	// Whoever runs this test may have a full disk.
	do.Usage = func(string) (disk.Usage, error) { return disk.Usage{Total: 10 << 30, Available: 5 << 30}, nil }
	diskGuard, err := disk.New(do)
	if err != nil {
		t.Fatal(err)
	}
	seriesGuard := series.New(series.Options{Budget: series.DefaultBudget(), MemoryLimit: 1 << 30, Logger: logger, Registerer: reg})
	qo := query.DefaultOptions()
	qo.MemoryLimit, qo.Logger, qo.Registerer = 1<<30, logger, reg
	queryGuard := query.New(qo)

	start := boot.Begin(boot.Options{Dir: dir, Logger: logger, Registerer: reg})
	opts := tsdb.DefaultOptions()
	opts.MaxBlockChunkSegmentSize = 0
	opts.WALReplayConcurrency = start.Concurrency()
	opts.SeriesLifecycleCallback = seriesGuard.Lifecycle()
	diskGuard.Configure(opts)
	db, err := tsdb.Open(dir, logger, reg, opts, nil)
	start.Done()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	diskGuard.Attach(db)
	go diskGuard.Run(ctx)
	go seriesGuard.Run(ctx)
	go queryGuard.Run(ctx)
	fanout := storage.NewFanout(logger, seriesGuard.Storage(diskGuard.Storage(db)))

	target := scrape.NewTarget(labels.FromStrings(model.ScrapeIntervalLabel, "10s"),
		&config.ScrapeConfig{JobName: "team/app/jobs.yaml/api"}, nil, nil)
	app := fanout.AppenderV2(scrape.ContextWithTarget(ctx, target))
	now := time.Now()
	if _, err := app.Append(0, labels.FromStrings(labels.MetricName, "m"), 0, now.UnixMilli(), 7, nil, nil, storage.AOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}

	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1000, Timeout: time.Minute})
	for name, e := range map[string]promql.QueryEngine{"a query": queryGuard.AdHoc(engine), "a rule": queryGuard.Rules(engine)} {
		v, err := rules.EngineQueryFunc(e, fanout)(ctx, "sum(m)", now)
		if err != nil || len(v) != 1 || v[0].F != 7 {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
	c, ok := seriesGuard.Cost(dropin.Ref{Namespace: "team", Name: "app", Key: "jobs.yaml"})
	if !ok || c.Series != 1 || c.SeriesInMemory != 1 || c.SamplesPerSecond != 0.1 || c.Budget != 65536 {
		t.Errorf("the drop-in costs %+v", c)
	}
	if problems, err := testutil.GatherAndLint(reg); err != nil {
		t.Error(err)
	} else {
		for _, p := range problems {
			if len(p.Metric) > 4 && p.Metric[:4] == "kube" {
				t.Errorf("metric %s: %s", p.Metric, p.Text)
			}
		}
	}
}
