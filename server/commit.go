package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/util/logging"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/evaluator"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/plan"
)

// component is one running part that a plan can change. It is left alone
// unless its own input changed.
type component struct {
	name    string
	changed func(old, next *plan.Plan) bool
	apply   func(context.Context, *plan.Plan) error
}

// CommitError says that a checked plan could not be put in force.
type CommitError struct {
	Component string
	Err       error
	// Back is why going back to the plan before failed too; nil if it did not.
	Back error
}

func (e *CommitError) Error() string {
	if e.Back != nil {
		return fmt.Sprintf("apply to %s: %v; going back to the configuration before failed as well: %v", e.Component, e.Err, e.Back)
	}
	return fmt.Sprintf("apply to %s: %v; the configuration before is in force again", e.Component, e.Err)
}

func (e *CommitError) Unwrap() error { return e.Err }

// commit puts next in force, in place of old, which is nil at the start. If a
// component refuses, those that were changed are given old again. With reopen
// log files are opened anew even if nothing changed.
func (s *Server) commit(ctx context.Context, old, next *plan.Plan, reopen bool) error {
	var done []component
	log := s.logger
	for _, c := range s.components {
		again := reopen && slices.Contains([]string{"query_log", "scrape"}, c.name)
		if old != nil && !again && !c.changed(old, next) {
			continue
		}
		start := time.Now()
		done = append(done, c)
		if err := c.apply(ctx, next); err != nil {
			failed := &CommitError{Component: c.name, Err: err}
			if old != nil {
				failed.Back = s.goBack(ctx, done, old)
			}
			return failed
		}
		log = log.With(c.name, time.Since(start))
	}
	s.running.Store(next)
	log.Info("Configuration is in force", "digest", next.Digest(), "jobs", len(next.Merged.ScrapeConfigs), "rule_files", len(next.Rules))
	return nil
}

func (s *Server) goBack(ctx context.Context, done []component, old *plan.Plan) error {
	var errs error
	for _, c := range done {
		if err := c.apply(ctx, old); err != nil {
			errs = fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return errs
}

// parts lists the components in the order of upstream's main: the scrape and
// notifier managers must know a job before its targets arrive.
func (s *Server) parts() []component {
	all := []component{
		{"storage", func(a, b *plan.Plan) bool {
			return !reflect.DeepEqual(a.Base.StorageConfig, b.Base.StorageConfig)
		}, func(_ context.Context, p *plan.Plan) error { return s.data.local.ApplyConfig(p.Base) }},

		{"remote_storage", func(a, b *plan.Plan) bool {
			return !reflect.DeepEqual(a.Base.RemoteWriteConfigs, b.Base.RemoteWriteConfigs) ||
				!reflect.DeepEqual(a.Base.RemoteReadConfigs, b.Base.RemoteReadConfigs) || globalChanged(a, b)
		}, func(_ context.Context, p *plan.Plan) error { return s.data.remote.ApplyConfig(p.Base) }},

		{"scrape", func(a, b *plan.Plan) bool {
			return !slices.Equal(a.Scraped.ScrapeConfigs, b.Scraped.ScrapeConfigs) ||
				!labels.Equal(a.Base.GlobalConfig.ExternalLabels, b.Base.GlobalConfig.ExternalLabels)
		}, func(_ context.Context, p *plan.Plan) error { return s.discovery.scrape.ApplyConfig(p.Scraped) }},

		{"targets", jobsChanged, func(ctx context.Context, p *plan.Plan) error {
			return s.discovery.router.Apply(ctx, p.Merged.ScrapeConfigs)
		}},

		{"runtime", func(a, b *plan.Plan) bool {
			return a.Base.Runtime != b.Base.Runtime || globalChanged(a, b)
		}, s.applyRuntime},

		{"tracing", func(a, b *plan.Plan) bool {
			return !reflect.DeepEqual(a.Base.TracingConfig, b.Base.TracingConfig)
		}, func(_ context.Context, p *plan.Plan) error { return s.tracing.ApplyConfig(p.Base) }},
	}
	if s.opts.Agent {
		return all
	}
	return append(all, []component{
		{"query_log", func(a, b *plan.Plan) bool {
			return a.Base.GlobalConfig.QueryLogFile != b.Base.GlobalConfig.QueryLogFile
		}, s.applyQueryLog},

		{"notify", alertingChanged, func(_ context.Context, p *plan.Plan) error {
			return s.discovery.notifier.ApplyConfig(p.Base)
		}},

		{"notify_sd", alertingChanged, func(_ context.Context, p *plan.Plan) error {
			c := map[string]discovery.Configs{}
			for name, am := range p.Base.AlertingConfig.AlertmanagerConfigs.ToMap() {
				c[name] = am.ServiceDiscoveryConfigs
			}
			return s.discovery.notifySD.ApplyConfig(c)
		}},

		{"rules", func(a, b *plan.Plan) bool {
			return !b.SameRules(a) || globalChanged(a, b)
		}, func(_ context.Context, p *plan.Plan) error {
			return s.evaluator.Update(evaluator.Set{
				Groups:         p.Rules,
				Interval:       time.Duration(p.Base.GlobalConfig.EvaluationInterval),
				ExternalLabels: p.Base.GlobalConfig.ExternalLabels,
				ExternalURL:    s.opts.Web.ExternalURL.String(),
			})
		}},
	}...)
}

func globalChanged(a, b *plan.Plan) bool {
	return a.Base != b.Base && !reflect.DeepEqual(a.Base.GlobalConfig, b.Base.GlobalConfig)
}

func alertingChanged(a, b *plan.Plan) bool {
	return !reflect.DeepEqual(a.Base.AlertingConfig, b.Base.AlertingConfig) ||
		!labels.Equal(a.Base.GlobalConfig.ExternalLabels, b.Base.GlobalConfig.ExternalLabels)
}

func jobsChanged(a, b *plan.Plan) bool {
	return len(a.Merged.ScrapeConfigs) != len(b.Merged.ScrapeConfigs) || len(b.NewJobs(a)) > 0
}

func (s *Server) applyRuntime(_ context.Context, p *plan.Plan) error {
	s.data.setGlobalDefaults(p.Base)
	rt := p.Base.Runtime
	if s.opts.LogLevel != nil {
		if err := s.opts.LogLevel.Set(string(rt.LogLevel)); err != nil {
			return fmt.Errorf("set log level: %w", err)
		}
	}
	if old := s.pacer.Configure(rt.GoGC); old != rt.GoGC {
		s.logger.Info("updated GOGC", "old", old, "new", rt.GoGC)
	}
	// Where /api/v1/status/runtimeinfo looks.
	gogc := "off"
	if rt.GoGC >= 0 {
		gogc = strconv.Itoa(rt.GoGC)
	}
	return os.Setenv("GOGC", gogc)
}

func (s *Server) applyQueryLog(_ context.Context, p *plan.Plan) error {
	path := p.Base.GlobalConfig.QueryLogFile
	if path == "" {
		s.data.engine.SetQueryLogger(nil)
		return nil
	}
	l, err := logging.NewJSONFileLogger(path)
	if err != nil {
		return fmt.Errorf("open %s: %w", filepath.Clean(path), err)
	}
	s.data.engine.SetQueryLogger(l)
	return nil
}
