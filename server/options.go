package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/alecthomas/units"
	"github.com/grafana/regexp"
	remoteapi "github.com/prometheus/client_golang/exp/api/remote"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/notifier"
	"github.com/prometheus/prometheus/tsdb/agent"
	"github.com/prometheus/prometheus/util/compression"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/shard"
)

// Options say what a [Server] is to do. Start from [DefaultOptions].
type Options struct {
	// ConfigFile is the path of the base configuration, a prometheus.yml.
	ConfigFile string
	// AutoReload looks every AutoReloadInterval whether the base configuration
	// changed.
	AutoReload         bool
	AutoReloadInterval time.Duration
	// Agent scrapes and forwards, and neither stores for queries nor evaluates.
	Agent bool
	// LockPatience is how long a start waits for another server to let go of the
	// data directory. Zero means that it fails at once, as Prometheus does.
	LockPatience time.Duration

	DropIns  DropInOptions
	Web      WebOptions
	TSDB     TSDBOptions
	WAL      AgentOptions
	Remote   RemoteOptions
	Query    QueryOptions
	Rules    RuleOptions
	Alerts   AlertOptions
	Scrape   ScrapeOptions
	Guards   GuardOptions
	Features Features

	// Flags is what /api/v1/status/flags shows.
	Flags map[string]string
	// Reload asks for a reload with each value: SIGHUP. May be nil.
	Reload <-chan struct{}

	Logger *slog.Logger
	// LogLevel is set by runtime.log_level of the configuration. May be nil.
	LogLevel *promslog.Level
	// Registerer and Gatherer are one registry: what it gathers is /metrics.
	Registerer prometheus.Registerer
	Gatherer   prometheus.Gatherer
}

// DropInOptions say where drop-ins come from and who may announce them.
type DropInOptions struct {
	// Dir is the live directory; empty means there are no drop-ins.
	Dir string
	// ReloadSocket is the path of a unix socket that serves /-/reload and
	// /-/ready without TLS, password or --web.enable-lifecycle. Empty means none.
	ReloadSocket string
}

// WebOptions configure the HTTP side.
type WebOptions struct {
	ListenAddresses []string
	// ConfigFile is an exporter-toolkit file: TLS and basic auth.
	ConfigFile     string
	ReadTimeout    time.Duration
	MaxConnections int
	ExternalURL    *url.URL
	// AlertmanagerURL is where people reach Alertmanager, for links to silences.
	// Nil: the pages link to the addresses that alerts are sent to.
	AlertmanagerURL *url.URL
	RoutePrefix     string
	CORSOrigin      *regexp.Regexp
	PageTitle       string
	UserAssets      string

	EnableLifecycle           bool
	EnableAdminAPI            bool
	EnableRemoteWriteReceiver bool
	EnableOTLPReceiver        bool
	RemoteWriteMessages       remoteapi.MessageTypes
	MaxSubscribers            int
	MaxSearchLimit            int
}

// TSDBOptions configure the storage of server mode.
type TSDBOptions struct {
	Path string
	// RetentionTime and RetentionSize hold if the configuration file says
	// nothing about retention. Both zero means 15 days.
	RetentionTime model.Duration
	RetentionSize units.Base2Bytes

	MinBlockDuration     time.Duration
	MaxBlockDuration     time.Duration // 0: a tenth of the retention, 31 days at most
	MaxChunkSegmentSize  units.Base2Bytes
	WALSegmentSize       units.Base2Bytes
	WALCompression       compression.Type
	NoLockfile           bool
	OverlapCompaction    bool
	HeadChunksWriteQueue int
	SamplesPerChunk      int
	CompactionDelayMax   int // percent
	DelayCompactFile     string
	BlockReloadInterval  time.Duration
	SnapshotOnShutdown   bool
}

// AgentOptions configure the log of agent mode.
type AgentOptions struct {
	Path                string
	WALSegmentSize      units.Base2Bytes
	WALCompression      compression.Type
	TruncateFrequency   time.Duration
	MinTime, MaxTime    time.Duration
	NoLockfile          bool
	CheckpointFromHead  bool
	CheckpointBatchSize int
}

// RemoteOptions configure remote write and remote read.
type RemoteOptions struct {
	FlushDeadline       time.Duration
	ReadSampleLimit     int
	ReadConcurrentLimit int
	ReadMaxBytesInFrame int
}

// QueryOptions limit queries.
type QueryOptions struct {
	LookbackDelta  time.Duration
	Timeout        time.Duration
	MaxConcurrency int
	MaxSamples     int
}

// RuleOptions configure rule evaluation.
type RuleOptions struct {
	OutageTolerance    time.Duration
	GracePeriod        time.Duration
	ResendDelay        time.Duration
	MaxConcurrentEvals int64
	// QueryURL is where rules ask, such as Thanos' querier, for a server that has
	// only some of the samples. Nil means the server's own storage.
	QueryURL *url.URL
	// Shards is how many rules.Managers share the rules; 0 is the default.
	Shards int
}

// AlertOptions configure sending to Alertmanagers.
type AlertOptions struct {
	QueueCapacity   int
	BatchSize       int
	DrainOnShutdown bool
}

// ScrapeOptions configure scraping.
type ScrapeOptions struct {
	// DiscoveryReloadInterval is how often the scrape manager takes over new
	// targets. Upstream's 5 s are there because it syncs all jobs each time;
	// here only jobs whose targets changed are synced.
	DiscoveryReloadInterval time.Duration
	// KeepDroppedTargets bounds the dropped targets each job remembers, unless
	// the job or the global section says otherwise. 0 is no limit.
	KeepDroppedTargets uint
	// Shard is the part of the targets to scrape.
	Shard shard.Shard
	// AdjustTimestamps moves sample times by up to TimestampTolerance to the
	// schedule, for which they compress better. Process-wide, see setGlobals.
	AdjustTimestamps   bool
	TimestampTolerance time.Duration
}

// DefaultOptions are those of the flags' defaults.
func DefaultOptions() Options {
	return Options{
		ConfigFile:         "prometheus.yml",
		AutoReloadInterval: 30 * time.Second,
		LockPatience:       time.Minute,
		Web: WebOptions{
			ListenAddresses:     []string{"0.0.0.0:9090"},
			ReadTimeout:         5 * time.Minute,
			MaxConnections:      512,
			MaxSubscribers:      16,
			MaxSearchLimit:      10_000,
			PageTitle:           "kube-monitoring-stack",
			CORSOrigin:          regexp.MustCompile("^(?:.*)$"),
			RemoteWriteMessages: remoteapi.MessageTypes{remoteapi.WriteV1MessageType, remoteapi.WriteV2MessageType},
		},
		TSDB: TSDBOptions{
			Path:                "data/",
			MinBlockDuration:    2 * time.Hour,
			WALCompression:      compression.Snappy,
			OverlapCompaction:   true,
			SamplesPerChunk:     120,
			CompactionDelayMax:  10,
			BlockReloadInterval: time.Minute,
			SnapshotOnShutdown:  true,
		},
		WAL: AgentOptions{
			Path:                "data-agent/",
			WALCompression:      compression.Snappy,
			MinTime:             time.Duration(agent.DefaultMinWALTime) * time.Millisecond,
			MaxTime:             time.Duration(agent.DefaultMaxWALTime) * time.Millisecond,
			CheckpointBatchSize: 1000,
		},
		Remote: RemoteOptions{
			FlushDeadline:       time.Minute,
			ReadSampleLimit:     5e7,
			ReadConcurrentLimit: 10,
			ReadMaxBytesInFrame: 1 << 20,
		},
		Query: QueryOptions{
			LookbackDelta:  5 * time.Minute,
			Timeout:        2 * time.Minute,
			MaxConcurrency: 20,
			MaxSamples:     50_000_000,
		},
		Rules: RuleOptions{
			OutageTolerance:    time.Hour,
			GracePeriod:        10 * time.Minute,
			ResendDelay:        time.Minute,
			MaxConcurrentEvals: 4,
		},
		Alerts: AlertOptions{QueueCapacity: 10_000, BatchSize: notifier.DefaultMaxBatchSize, DrainOnShutdown: true},
		Scrape: ScrapeOptions{
			DiscoveryReloadInterval: 50 * time.Millisecond,
			KeepDroppedTargets:      100,
			Shard:                   shard.Shard{Of: 1},
			AdjustTimestamps:        true,
			TimestampTolerance:      2 * time.Millisecond,
		},
		Guards: defaultGuards(),
	}
}

// dataDir is the storage directory of the mode.
func (o *Options) dataDir() string {
	if o.Agent {
		return o.WAL.Path
	}
	return o.TSDB.Path
}

func (o *Options) validate() error {
	const mb = 1 << 20
	inWAL := func(flag string, b units.Base2Bytes) error {
		if b != 0 && (b < 10*mb || b > 256*mb) {
			return fmt.Errorf("flag '%s' must be set between 10MB and 256MB", flag)
		}
		return nil
	}
	switch {
	case o.Logger == nil:
		return errors.New("no logger")
	case o.Registerer == nil || o.Gatherer == nil:
		return errors.New("no metrics registry")
	case len(o.Web.ListenAddresses) == 0:
		return errors.New("no address to listen on")
	case o.Web.ExternalURL == nil:
		return errors.New("no external URL")
	case o.Web.MaxSearchLimit < 0:
		return fmt.Errorf("--web.search.max-limit must be non-negative; got %d (use 0 to disable the cap)", o.Web.MaxSearchLimit)
	case o.Agent && o.WAL.CheckpointBatchSize <= 0:
		return errors.New("--storage.agent.checkpoint-batch-size must be greater than 0")
	case o.TSDB.MaxChunkSegmentSize != 0 && o.TSDB.MaxChunkSegmentSize < mb:
		return errors.New("flag 'storage.tsdb.max-block-chunk-segment-size' must be set over 1MB")
	}
	return errors.Join(
		inWAL("storage.tsdb.wal-segment-size", o.TSDB.WALSegmentSize),
		inWAL("storage.agent.wal-segment-size", o.WAL.WALSegmentSize),
		o.Features.validate(),
		o.Scrape.Shard.Validate(),
	)
}
