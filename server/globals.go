package server

import (
	"net/http"

	"github.com/mwitkow/go-conntrack"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/util/logging"
	"k8s.io/client-go/rest"
	klogv2 "k8s.io/klog/v2"
)

// defaultRetention holds if neither file nor flags say anything.
const defaultRetention = model.Duration(15 * 24 * 60 * 60 * 1e9)

// setGlobals sets what the embedded packages read from package variables: the
// defaults a configuration file is parsed with, and the loggers and dialers of
// libraries. It must run before the first configuration is parsed. Two servers
// in one process share these, the last one created wins; a process that is not
// a test has one.
func setGlobals(o *Options) {
	retention := config.TSDBRetentionConfig{Time: o.TSDB.RetentionTime, Size: o.TSDB.RetentionSize}
	if retention.Time == 0 && retention.Size == 0 {
		retention.Time = defaultRetention
	}
	config.DefaultTSDBRetentionConfig = retention

	if o.LogLevel != nil {
		config.DefaultRuntimeConfig.LogLevel = config.LogLevel(o.LogLevel.String())
		config.DefaultConfig.Runtime = config.DefaultRuntimeConfig
	}
	if o.Features.ExtraScrapeMetrics {
		on := true
		config.DefaultConfig.GlobalConfig.ExtraScrapeMetrics = &on
		config.DefaultGlobalConfig.ExtraScrapeMetrics = &on
	}
	if o.Features.CreatedTimestampZeroIngestion || o.Features.STStorage {
		// Start timestamps come with the protobuf format only.
		config.DefaultConfig.GlobalConfig.ScrapeProtocols = config.DefaultProtoFirstScrapeProtocols
		config.DefaultGlobalConfig.ScrapeProtocols = config.DefaultProtoFirstScrapeProtocols
	}

	scrape.AlignScrapeTimestamps = o.Scrape.AdjustTimestamps
	scrape.ScrapeTimestampTolerance = o.Scrape.TimestampTolerance

	klogv2.SetSlogLogger(o.Logger.With("component", "k8s_client_runtime"))
	// The API server repeats a deprecation warning with every answer.
	rest.SetDefaultWarningHandlerWithContext(logging.NewDedupDeprecationWarningLogger())
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t.DialContext = conntrack.NewDialContextFunc(conntrack.DialWithTracing())
	}
}
