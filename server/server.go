// Package server is Prometheus as a library: scraping, storage, queries, rules,
// alerts, remote write and the HTTP API, with a reload of its own. It is for
// cmd/monitoring-server and for kmon, which runs it on a laptop.
//
// Its parts are of two lifetimes. Long-lived ones are made once by [New]. What
// a configuration decides is a [plan.Plan], which is prepared completely before
// anything running is touched, and then committed (reload.go, commit.go).
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/common/route"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/template"
	"github.com/prometheus/prometheus/tracing"
	"github.com/prometheus/prometheus/util/features"
	"github.com/prometheus/prometheus/util/notifications"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/residency"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/evaluator"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/generation"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/plan"
)

// Server is an embedded Prometheus. Use [New], Start and Stop, or just [Run].
type Server struct {
	opts     Options
	logger   *slog.Logger
	metrics  *metrics
	features features.Collector
	parser   parser.Parser
	notes    *notifications.Notifications
	birth    time.Time

	data      *data
	guards    *guards // nil in agent mode
	discovery *discoveries
	evaluator *evaluator.Evaluator // nil in agent mode
	tracing   *tracing.Manager
	pacer     residency.Pacer

	listeners  []net.Listener
	socket     net.Listener // nil without a reload socket
	pages      http.Handler
	router     *route.Router
	components []component

	// reloading serialises reloads and guards what follows.
	reloading   sync.Mutex
	generations *generation.Source
	loader      *plan.Loader
	closed      bool

	running atomic.Pointer[plan.Plan] // the plan in force
	// fellBack is nil unless that is of an older generation than the current.
	fellBack atomic.Pointer[fallback]
	state    readiness
	ready    chan struct{} // closed when ready for the first time
	quit     chan struct{} // closed by /-/quit
	quitted  sync.Once
	fatal    chan error // what ended the server from inside

	background context.Context // ends when Stop begins
	cancel     context.CancelFunc
	started    sync.WaitGroup // the start, until ready or given up
	loops      sync.WaitGroup // everything that runs until Stop
	serving    sync.WaitGroup
	stopWeb    context.CancelFunc
	webCtx     context.Context
}

// gogcIsSaid is whether who started the program said what GOGC is. It is looked at
// before a configuration sets the variable.
var gogcIsSaid = os.Getenv("GOGC") != ""

// New checks the options and the base configuration, makes all parts and binds
// the listeners. Nothing runs yet, but Stop is needed even without Start.
func New(o Options) (*Server, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	setGlobals(&o)
	s := &Server{
		opts:     o,
		logger:   o.Logger,
		metrics:  newMetrics(o.Registerer),
		features: features.NewRegistry(),
		birth:    time.Now().UTC(),
		ready:    make(chan struct{}),
		quit:     make(chan struct{}),
		fatal:    make(chan error, 1),
		pacer:    residency.Pacer{Fixed: gogcIsSaid},
	}
	s.generations = generation.NewSource(o.DropIns.Dir)
	s.background, s.cancel = context.WithCancel(context.Background())
	s.webCtx, s.stopWeb = context.WithCancel(context.Background())
	s.declareFeatures()
	s.parser = parser.NewParser(parser.Options{
		ExperimentalDurationExpr:     true, // no longer experimental upstream either
		EnableExperimentalFunctions:  o.Features.PromQLExperimentalFunctions,
		EnableExtendedRangeSelectors: o.Features.PromQLExtendedRangeSelectors,
		EnableBinopFillModifiers:     o.Features.PromQLBinopFillModifiers,
	})
	s.notes = notifications.NewNotifications(o.Web.MaxSubscribers, o.Registerer)
	s.notes.AddNotification(notifications.StartingUp)

	s.loader = plan.NewLoader(plan.Options{
		ConfigFile:         o.ConfigFile,
		Agent:              o.Agent,
		ExemplarStorage:    o.Features.ExemplarStorage,
		KeepDroppedTargets: o.Scrape.KeepDroppedTargets,
		Shard:              o.Scrape.Shard,
		Parser:             s.parser,
		Logger:             s.logger,
	})
	// Without a usable base there is nothing to run. Drop-ins come later: they
	// may be broken and the server starts all the same.
	base, err := s.loader.Prepare(nil)
	if err != nil {
		return nil, err
	}
	if err := s.build(base); err != nil {
		return nil, err
	}
	if err := s.listen(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	if s.pages, err = s.newPages(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	s.router = s.routes()
	s.components = s.parts()
	return s, nil
}

// build makes the long-lived parts, each of which reads little of the
// configuration: names' validation and what the storage must know to open.
func (s *Server) build(base *plan.Plan) (err error) {
	if s.discovery, err = s.newDiscoveries(base.Base); err != nil {
		return err
	}
	if !s.opts.Agent {
		if s.guards, err = s.newGuards(); err != nil {
			return err
		}
	}
	if s.data, err = s.newData(base.Base); err != nil {
		return err
	}
	if err := s.discovery.scrapeInto(s, s.data.fanout); err != nil {
		return err
	}
	s.data.scrape.Store(s.discovery.scrape)
	s.tracing = tracing.NewManager(s.logger)
	if !s.opts.Agent {
		s.evaluator, err = s.newEvaluator(base.Base)
	}
	return err
}

func (s *Server) declareFeatures() {
	// As upstream's main tells how its labels are built in.
	s.features.Enable(features.Prometheus, labels.ImplementationName)
	s.features.Set(features.Prometheus, "agent_mode", s.opts.Agent)
	s.features.Set(features.Prometheus, "server_mode", !s.opts.Agent)
	s.features.Set(features.Prometheus, "auto_reload_config", s.opts.AutoReload)
	template.RegisterFeatures(s.features)
	if s.opts.Features.MetadataWALRecords {
		s.features.Enable(features.TSDB, "metadata_wal_records")
	}
	if s.opts.Features.STSynthesis {
		s.features.Enable(features.Scrape, "st-synthesis")
	}
	if !s.opts.Agent {
		// As rules.NewManager tells, which is not made before there are rules.
		s.features.Set(features.Rules, "concurrent_rule_eval", s.opts.Features.ConcurrentRuleEval)
		s.features.Enable(features.Rules, "query_offset")
		s.features.Enable(features.Rules, "keep_firing_for")
	}
}

// Addr is the first address the server listens on, real even if the options
// asked for port 0.
func (s *Server) Addr() net.Addr { return s.listeners[0].Addr() }

// Ready is closed when the server is ready for the first time.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// Err delivers what makes it impossible to go on, at most once.
func (s *Server) Err() <-chan error { return s.fatal }

// fail reports a fatal error; the first one counts.
func (s *Server) fail(what string, err error) {
	select {
	case s.fatal <- fmt.Errorf("%s: %w", what, err):
	default:
	}
}
