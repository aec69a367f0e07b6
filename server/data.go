package server

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/storage/remote"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/evaluator"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/localdb"
)

// data is where samples go and come from.
type data struct {
	dir    string
	local  *localdb.DB
	remote *remote.Storage
	fanout storage.Storage
	engine *promql.Engine // nil in agent mode
	// initial is the configuration the storage is opened with.
	initial *config.Config

	scrape atomic.Pointer[scrape.Manager]
	// subqueryStep is the step of subqueries that name none: the evaluation
	// interval in force, in milliseconds.
	subqueryStep atomic.Int64
	// queryOffset is the default rule_query_offset in force.
	queryOffset atomic.Int64
}

// errNoScraper is what remote write hears while there is no scrape manager to
// ask for metadata.
var errNoScraper = errors.New("scrape manager not ready")

// Get implements remote.ReadyScrapeManager.
func (d *data) Get() (*scrape.Manager, error) {
	if m := d.scrape.Load(); m != nil {
		return m, nil
	}
	return nil, errNoScraper
}

func (s *Server) newData(base *config.Config) (*data, error) {
	o := s.opts
	d := &data{dir: o.dataDir(), local: localdb.New(), initial: base}
	d.setGlobalDefaults(base)
	d.remote = remote.NewStorage(s.logger.With("component", "remote"), o.Registerer, d.local.StartTime, d.dir,
		o.Remote.FlushDeadline, d, o.Features.TypeAndUnitLabels)
	d.fanout = storage.NewFanout(s.logger, s.guards.storage(d.local), d.remote)
	if o.Agent {
		return d, nil
	}
	// The tracker's file names the queries that were running when a server
	// died, which is often the last trace of a query that killed it.
	//
	// The guard holds ad-hoc queries to MaxConcurrency. Rules have as many
	// places again, so that dashboards cannot make them wait.
	tracker, err := promql.NewActiveQueryTracker(d.dir, 2*o.Query.MaxConcurrency, s.logger.With("component", "activeQueryTracker"))
	if err != nil {
		return nil, fmt.Errorf("open query log in %s: %w", filepath.Clean(d.dir), err)
	}
	d.engine = promql.NewEngine(promql.EngineOpts{
		Logger:                   s.logger.With("component", "query engine"),
		Reg:                      o.Registerer,
		MaxSamples:               o.Query.MaxSamples,
		Timeout:                  o.Query.Timeout,
		ActiveQueryTracker:       tracker,
		LookbackDelta:            o.Query.LookbackDelta,
		NoStepSubqueryIntervalFn: func(int64) int64 { return d.subqueryStep.Load() },
		EnableAtModifier:         true, // both on for every PromQL since 2.33
		EnableNegativeOffset:     true,
		EnablePerStepStats:       o.Features.PromQLPerStepStats,
		EnableDelayedNameRemoval: o.Features.PromQLDelayedNameRemoval,
		EnableTypeAndUnitLabels:  o.Features.TypeAndUnitLabels,
		UseStartTimestamps:       o.Features.UseStartTimestamps,
		FeatureRegistry:          s.features,
		Parser:                   s.parser,
	})
	return d, nil
}

// setGlobalDefaults takes over what is read while running.
func (d *data) setGlobalDefaults(c *config.Config) {
	d.subqueryStep.Store(time.Duration(c.GlobalConfig.EvaluationInterval).Milliseconds())
	d.queryOffset.Store(int64(c.GlobalConfig.RuleQueryOffset))
}

// ruleQueries is where rules ask: the server's own storage, or another server.
func (s *Server) ruleQueries() (rules.QueryFunc, error) {
	o, d := s.opts, s.data
	if o.Rules.QueryURL == nil {
		return rules.EngineQueryFunc(s.guards.rules(d.engine), d.fanout), nil
	}
	return evaluator.Remote{URL: o.Rules.QueryURL, Timeout: o.Query.Timeout, Registerer: o.Registerer}.QueryFunc()
}

func (s *Server) newEvaluator(base *config.Config) (*evaluator.Evaluator, error) {
	o, d := s.opts, s.data
	query, err := s.ruleQueries()
	if err != nil {
		return nil, err
	}
	return evaluator.New(evaluator.Options{
		Shards: o.Rules.Shards,
		Logger: s.logger,
		Rules: rules.ManagerOptions{
			NameValidationScheme:   base.GlobalConfig.MetricNameValidationScheme,
			Appendable:             d.fanout,
			Queryable:              d.local,
			QueryFunc:              query,
			NotifyFunc:             rules.SendAlerts(s.discovery.notifier, o.Web.ExternalURL.String()),
			ExternalURL:            o.Web.ExternalURL,
			Registerer:             o.Registerer,
			Logger:                 s.logger.With("component", "rule manager"),
			OutageTolerance:        o.Rules.OutageTolerance,
			ForGracePeriod:         o.Rules.GracePeriod,
			ResendDelay:            o.Rules.ResendDelay,
			MaxConcurrentEvals:     o.Rules.MaxConcurrentEvals,
			ConcurrentEvalsEnabled: o.Features.ConcurrentRuleEval,
			// Read at every evaluation. Upstream closes over the configuration
			// it started with, so a reload does not change it there.
			DefaultRuleQueryOffset: func() time.Duration { return time.Duration(d.queryOffset.Load()) },
			FeatureRegistry:        s.features,
			Parser:                 s.parser,
		},
	}), nil
}
