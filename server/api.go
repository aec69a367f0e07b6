package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/util/features"
	api_v1 "github.com/prometheus/prometheus/web/api/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/internal/promapi"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/plan"
)

// apiOptions are those of Prometheus' own API on our parts.
func (s *Server) apiOptions() promapi.Options {
	o, f := s.opts, s.opts.Features
	s.features.Set(features.API, "lifecycle", o.Web.EnableLifecycle)
	opts := promapi.Options{
		Logger:        s.logger.With("component", "web"),
		Registerer:    o.Registerer,
		Gatherer:      o.Gatherer,
		Features:      s.features,
		Parser:        s.parser,
		LookbackDelta: o.Query.LookbackDelta,
		Reads:         s.guards.reads(s.data.fanout),
		Receives:      s.data.fanout,
		Exemplars:     s.data.local,
		Local:         s.data.local,
		LocalDir:      s.data.dir,

		Pools:         s.discovery.scrape,
		Targets:       pools{s.discovery.scrape, s.running.Load},
		Alertmanagers: s.discovery.notifier,
		Rules:         noRules{},

		Config:        s.config,
		Flags:         o.Flags,
		Runtime:       s.runtimeInfo,
		Version:       buildVersion(),
		Ready:         s.whenReady,
		Notifications: s.notes,

		Agent:         o.Agent,
		ListenAddress: s.Addr().String(),
		ExternalURL:   o.Web.ExternalURL,
		CORSOrigin:    o.Web.CORSOrigin,
		Admin:         o.Web.EnableAdminAPI,

		Search:         f.SearchAPI,
		MaxSearchLimit: o.Web.MaxSearchLimit,

		RemoteReadSampleLimit:      o.Remote.ReadSampleLimit,
		RemoteReadConcurrencyLimit: o.Remote.ReadConcurrentLimit,
		RemoteReadBytesInFrame:     o.Remote.ReadMaxBytesInFrame,

		RemoteWrite:         o.Web.EnableRemoteWriteReceiver,
		RemoteWriteMessages: o.Web.RemoteWriteMessages,
		OTLP:                o.Web.EnableOTLPReceiver,
		OTLPDeltaToCumul:    f.OTLPDeltaToCumulative,
		OTLPNativeDelta:     f.OTLPNativeDeltaIngestion,
		STZeroIngestion:     f.CreatedTimestampZeroIngestion,
		TypeAndUnitLabels:   f.TypeAndUnitLabels,
		AppendMetadata:      f.MetadataWALRecords,
	}
	// Not the nil pointers of agent mode, which are no nil interfaces.
	if s.data.engine != nil {
		opts.Engine = s.guards.adHoc(s.data.engine)
	}
	if s.evaluator != nil {
		opts.Rules = s.evaluator
	}
	return opts
}

// config is the base configuration in force, or the one the server starts with.
func (s *Server) config() config.Config {
	if p := s.running.Load(); p != nil {
		return *p.Base
	}
	return *s.data.initial
}

func (s *Server) runtimeInfo() (api_v1.RuntimeInfo, error) {
	hostname, err := os.Hostname()
	if err != nil {
		return api_v1.RuntimeInfo{}, fmt.Errorf("get hostname: %w", err)
	}
	cwd, err := os.Getwd()
	if err != nil {
		cwd = "<error retrieving current working directory>"
	}
	info := api_v1.RuntimeInfo{
		StartTime:        s.birth,
		CWD:              cwd,
		Hostname:         hostname,
		ServerTime:       time.Now().UTC(),
		GoroutineCount:   runtime.NumGoroutine(),
		GOMAXPROCS:       runtime.GOMAXPROCS(0),
		GOMEMLIMIT:       debug.SetMemoryLimit(-1),
		GOGC:             os.Getenv("GOGC"),
		GODEBUG:          os.Getenv("GODEBUG"),
		StorageRetention: retention(s.config()),
	}
	families, err := s.opts.Gatherer.Gather()
	if err != nil {
		return info, fmt.Errorf("gather runtime status: %w", err)
	}
	for _, f := range families {
		switch f.GetName() {
		case "prometheus_tsdb_wal_corruptions_total":
			info.CorruptionCount = int64(number(f))
		case "prometheus_config_last_reload_successful":
			info.ReloadConfigSuccess = number(f) != 0
		case "prometheus_config_last_reload_success_timestamp_seconds":
			info.LastConfigTime = time.Unix(int64(number(f)), 0).UTC()
		}
	}
	return info, nil
}

// retention is "15d or 10GiB or 80%", whatever of it is set.
func retention(c config.Config) string {
	var parts []string
	r := c.StorageConfig.TSDBConfig.Retention
	if r == nil {
		return ""
	}
	if r.Time != 0 {
		parts = append(parts, r.Time.String())
	}
	if r.Size != 0 {
		parts = append(parts, r.Size.String())
	}
	if r.Percentage != 0 {
		parts = append(parts, strconv.FormatFloat(r.Percentage, 'g', -1, 64)+"%")
	}
	return strings.Join(parts, " or ")
}

// number is the value of a counter or gauge without labels.
func number(f *dto.MetricFamily) float64 {
	m := f.GetMetric()[0]
	return m.GetGauge().GetValue() + m.GetCounter().GetValue() // one of them is nil
}

func (s *Server) version(w http.ResponseWriter, _ *http.Request) {
	if err := json.NewEncoder(w).Encode(buildVersion()); err != nil {
		http.Error(w, fmt.Sprintf("error encoding JSON: %s", err), http.StatusInternalServerError)
	}
}

// pools are the scrape manager's, with the configurations that their owners wrote: it
// was given them without discovery.
type pools struct {
	*scrape.Manager
	running func() *plan.Plan
}

// ScrapePoolConfig returns the job of a pool's name.
func (p pools) ScrapePoolConfig(name string) (*config.ScrapeConfig, error) {
	c, err := p.Manager.ScrapePoolConfig(name)
	if err != nil {
		return nil, err
	}
	// There may be pools a moment before the first plan is said to be in force.
	if running := p.running(); running != nil {
		for _, job := range running.Merged.ScrapeConfigs {
			if job.JobName == name {
				return job, nil
			}
		}
	}
	return c, nil
}
