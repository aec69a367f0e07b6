package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/notifier"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/logging"

	// The discoveries a configuration may name.
	_ "github.com/kube-monitoring-stack/kube-monitoring-stack/internal/sd"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/targets"
)

// discoveryDelay bounds how long upstream's discovery.Manager holds updates
// back, 5 s by default. Only jobs with discoveries other than static ones pass
// through it, so there is less to protect.
const discoveryDelay = time.Second

// discoveries is what finds targets and Alertmanagers, and those who use them.
type discoveries struct {
	scrapeSD *discovery.Manager
	notifySD *discovery.Manager
	router   *targets.Router
	scrape   *scrape.Manager
	notifier *notifier.Manager

	tap *targets.Tap
	ctx context.Context // of both discovery managers
	end context.CancelFunc
}

func (s *Server) newDiscoveries(base *config.Config) (*discoveries, error) {
	reg := s.opts.Registerer
	d := &discoveries{tap: targets.NewTap(reg)}
	d.ctx, d.end = context.WithCancel(context.Background())

	if err := discovery.RegisterK8sClientMetricsWithPrometheus(reg); err != nil {
		return nil, fmt.Errorf("register Kubernetes client metrics: %w", err)
	}
	sdMetrics, err := discovery.CreateAndRegisterSDMetrics(d.tap)
	if err != nil {
		return nil, fmt.Errorf("register service discovery metrics: %w", err)
	}
	d.scrapeSD = discovery.NewManager(d.ctx, s.logger.With("component", "discovery manager scrape"), d.tap, sdMetrics,
		discovery.Name("scrape"), discovery.FeatureRegistry(s.features), discovery.Updatert(discoveryDelay))
	d.notifySD = discovery.NewManager(d.ctx, s.logger.With("component", "discovery manager notify"), reg, sdMetrics,
		discovery.Name("notify"), discovery.FeatureRegistry(s.features))
	if d.scrapeSD == nil || d.notifySD == nil {
		return nil, errors.New("create discovery managers: metrics cannot be registered")
	}
	d.notifier = notifier.NewManager(&notifier.Options{
		QueueCapacity:   s.opts.Alerts.QueueCapacity,
		MaxBatchSize:    s.opts.Alerts.BatchSize,
		DrainOnShutdown: s.opts.Alerts.DrainOnShutdown,
		Registerer:      reg,
	}, base.GlobalConfig.MetricNameValidationScheme, s.logger.With("component", "notifier"))
	return d, nil
}

// scrapeInto makes the scrape manager and the router in front of it.
func (d *discoveries) scrapeInto(s *Server, to storage.AppendableV2) (err error) {
	o, f := s.opts, s.opts.Features
	d.scrape, err = scrape.NewManager(&scrape.Options{
		DiscoveryReloadInterval:  model.Duration(o.Scrape.DiscoveryReloadInterval),
		DiscoveryReloadOnStartup: true, // nothing is gained by a first pause

		PassMetadataInContext:             true, // the guards ask whose sample it is
		AppendMetadata:                    f.MetadataWALRecords,
		EnableStartTimestampZeroIngestion: f.CreatedTimestampZeroIngestion,
		ParseST:                           f.CreatedTimestampZeroIngestion || f.STStorage,
		SynthesizeST:                      f.STSynthesis,
		EnableTypeAndUnitLabels:           f.TypeAndUnitLabels,
		EnableOpenMetrics2:                f.OpenMetrics2,
		EnableZstdScrape:                  f.ZstdScrape,
		FeatureRegistry:                   s.features,
	}, s.logger.With("component", "scrape manager"), logging.NewJSONFileLogger, nil, to, d.tap)
	if err != nil {
		return fmt.Errorf("create scrape manager: %w", err)
	}
	s.opts.Registerer.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "kube_monitoring_stack_server_guard_dropped_targets_forgotten",
		Help: "Targets that relabeling dropped and that the API does not list, because their job drops more than it may keep.",
	}, d.forgotten))
	d.router, err = targets.New(targets.Options{
		Logger:     s.logger.With("component", "targets"),
		Discoverer: d.scrapeSD,
		Syncs:      d.tap.Syncs(),
		Interval:   o.Scrape.DiscoveryReloadInterval,
		Discovered: d.tap.Discovered(),
		Events:     d.tap.Events(),
		Failures:   d.tap.Failures(),
	})
	return err
}

// forgotten counts the dropped targets that the limit of their job leaves out.
func (d *discoveries) forgotten() float64 {
	kept, n := d.scrape.TargetsDropped(), 0
	for job, dropped := range d.scrape.TargetsDroppedCounts() {
		// A job may have come between the two.
		n += max(0, dropped-len(kept[job]))
	}
	return float64(n)
}
