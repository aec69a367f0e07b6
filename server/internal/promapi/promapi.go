// Package promapi is the one place that knows the signature of Prometheus' HTTP
// API constructor, which has some fifty positional parameters and changes at
// almost every release. It also serves /federate, which upstream keeps private
// to a web handler that cannot be embedded in part.
package promapi

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/grafana/regexp"
	remoteapi "github.com/prometheus/client_golang/exp/api/remote"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/features"
	"github.com/prometheus/prometheus/util/notifications"
	api_v1 "github.com/prometheus/prometheus/web/api/v1"
)

// Options are NewAPI's parameters with names.
type Options struct {
	Logger     *slog.Logger
	Registerer prometheus.Registerer
	Gatherer   prometheus.Gatherer
	Features   features.Collector

	Engine        promql.QueryEngine
	Parser        parser.Parser
	LookbackDelta time.Duration
	// Reads is local and remote storage together, and Receives is where what the
	// receivers get goes.
	Reads     storage.SampleAndChunkQueryable
	Receives  storage.Storage
	Exemplars storage.ExemplarQueryable
	Local     api_v1.TSDBAdminStats
	LocalDir  string

	Pools         api_v1.ScrapePoolsRetriever
	Targets       api_v1.TargetRetriever
	Alertmanagers api_v1.AlertmanagerRetriever
	Rules         api_v1.RulesRetriever

	// Config is the configuration in force.
	Config  func() config.Config
	Flags   map[string]string
	Runtime func() (api_v1.RuntimeInfo, error)
	Version *api_v1.PrometheusVersion
	// Ready wraps handlers that must answer 503 until the server is ready.
	Ready         func(http.HandlerFunc) http.HandlerFunc
	Notifications *notifications.Notifications

	Agent         bool
	ListenAddress string
	ExternalURL   *url.URL
	CORSOrigin    *regexp.Regexp
	Admin         bool

	Search         bool
	MaxSearchLimit int

	RemoteReadSampleLimit      int
	RemoteReadConcurrencyLimit int
	RemoteReadBytesInFrame     int

	RemoteWrite         bool
	RemoteWriteMessages remoteapi.MessageTypes
	OTLP                bool
	OTLPDeltaToCumul    bool
	OTLPNativeDelta     bool
	STZeroIngestion     bool
	TypeAndUnitLabels   bool
	AppendMetadata      bool
}

// New returns Prometheus' API v1.
func New(o Options) *api_v1.API {
	var (
		app   storage.Appendable
		appV2 storage.AppendableV2
	)
	if o.RemoteWrite || o.OTLP {
		app, appV2 = o.Receives, o.Receives
	}
	declare(o)
	return api_v1.NewAPI(
		o.Engine, o.Reads, app, appV2, o.Exemplars,
		func(context.Context) api_v1.ScrapePoolsRetriever { return o.Pools },
		func(context.Context) api_v1.TargetRetriever { return o.Targets },
		func(context.Context) api_v1.AlertmanagerRetriever { return o.Alertmanagers },
		o.Config,
		o.Flags,
		api_v1.GlobalURLOptions{
			ListenAddress: o.ListenAddress,
			Host:          o.ExternalURL.Host,
			Scheme:        o.ExternalURL.Scheme,
		},
		o.Ready,
		o.Local,
		o.LocalDir,
		o.Admin,
		o.Search,
		o.MaxSearchLimit,
		o.Logger,
		func(context.Context) api_v1.RulesRetriever { return o.Rules },
		o.RemoteReadSampleLimit,
		o.RemoteReadConcurrencyLimit,
		o.RemoteReadBytesInFrame,
		o.Agent,
		o.CORSOrigin,
		o.Runtime,
		o.Version,
		o.Notifications.Get,
		o.Notifications.Sub,
		o.Gatherer,
		o.Registerer,
		nil, // the default stats renderer
		o.RemoteWrite,
		o.RemoteWriteMessages,
		o.OTLP,
		o.OTLPDeltaToCumul,
		o.OTLPNativeDelta,
		o.STZeroIngestion,
		o.LookbackDelta,
		o.TypeAndUnitLabels,
		o.AppendMetadata,
		nil, // the default error codes
		o.Features,
		o.noDocument(),
		o.Parser,
	)
}

// declare fills the API part of /api/v1/features, which clients such as
// Grafana ask before they use a parameter.
func declare(o Options) {
	f := o.Features
	f.Set(features.API, "admin", o.Admin)
	f.Set(features.API, "remote_write_receiver", o.RemoteWrite)
	f.Set(features.API, "otlp_write_receiver", o.OTLP)
	f.Set(features.API, "search", o.Search)
	for _, alg := range api_v1.FuzzAlgorithms() {
		f.Enable(features.API, "search_fuzz_alg_"+alg)
	}
	f.Set(features.OTLPReceiver, "delta_conversion", o.OTLPDeltaToCumul)
	f.Set(features.OTLPReceiver, "native_delta_ingestion", o.OTLPNativeDelta)
	for _, always := range []string{
		"label_values_match", "query_warnings", "query_stats", "time_range_series",
		"time_range_labels", "exclude_alerts", "openapi_3.1", "openapi_3.2",
	} {
		f.Enable(features.API, always)
	}
}
