package server

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/agent"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	prom_runtime "github.com/prometheus/prometheus/util/runtime"
)

// openStorage opens the TSDB or the agent's log. It replays what was written
// ahead, which can take minutes, and cannot be interrupted.
func (s *Server) openStorage() error {
	s.logger.Info("Opening storage", "dir", s.data.dir)
	start := time.Now()
	open := s.openTSDB
	if s.opts.Agent {
		open = s.openAgent
	}
	if err := open(); err != nil {
		return fmt.Errorf("opening storage failed: %w", err)
	}
	fs := prom_runtime.FsType(s.data.dir)
	if fs == "NFS_SUPER_MAGIC" {
		s.logger.Warn("This filesystem is not supported and may lose or corrupt data", "fs_type", fs)
	}
	s.logger.Info("Storage is open", "fs_type", fs, "took", time.Since(start))
	return nil
}

func (s *Server) openTSDB() error {
	opts, err := s.tsdbOptions(s.data.initial)
	if err != nil {
		return err
	}
	db, err := s.guards.open(s, opts)
	if err != nil {
		return err
	}
	s.opts.Registerer.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "prometheus_tsdb_lowest_timestamp_seconds",
			Help: "Lowest timestamp value stored in the database.",
		}, func() float64 {
			if blocks := db.Blocks(); len(blocks) > 0 {
				return float64(blocks[0].Meta().MinTime / 1000)
			}
			return float64(db.Head().MinTime() / 1000)
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "prometheus_tsdb_head_min_time_seconds",
			Help: "Minimum time bound of the head block.",
		}, func() float64 { return float64(db.Head().MinTime() / 1000) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "prometheus_tsdb_head_max_time_seconds",
			Help: "Maximum timestamp of the head block.",
		}, func() float64 { return float64(db.Head().MaxTime() / 1000) }),
	)
	s.data.local.SetServer(db, 2*s.opts.TSDB.MinBlockDuration.Milliseconds())
	db.SetWriteNotified(s.data.remote)
	return nil
}

// stripes is in how many parts, each with a lock, the series in memory are kept.
// Upstream's 16,384 take 4.5 MiB before there is a series, an eighth of what a
// small server has in use; with a quarter of them two of a hundred scrapes at the
// same time meet as seldom as makes no difference.
const stripes = tsdb.DefaultStripeSize / 4

// tsdbOptions merge flags and configuration file; the file wins.
func (s *Server) tsdbOptions(c *config.Config) (*tsdb.Options, error) {
	o, f, file := s.opts.TSDB, s.opts.Features, c.StorageConfig.TSDBConfig
	opts := &tsdb.Options{
		WALSegmentSize:              int(o.WALSegmentSize),
		WALCompression:              o.WALCompression,
		MaxBlockChunkSegmentSize:    int64(o.MaxChunkSegmentSize),
		NoLockfile:                  o.NoLockfile,
		HeadChunksWriteQueueSize:    o.HeadChunksWriteQueue,
		SamplesPerChunk:             o.SamplesPerChunk,
		StripeSize:                  stripes,
		MinBlockDuration:            o.MinBlockDuration.Milliseconds(),
		EnableOverlappingCompaction: o.OverlapCompaction,
		BlockReloadInterval:         max(o.BlockReloadInterval, tsdb.MinBlockReloadInterval),
		// The snapshot spares a restart most of the replay. It is marked
		// experimental upstream since 2.30 and falls back to the log whenever
		// it is missing, stale or damaged, so the worst case is a slow start.
		EnableMemorySnapshotOnShutdown: o.SnapshotOnShutdown,
		EnableDelayedCompaction:        f.DelayedCompaction,
		CompactionDelayMaxPercent:      o.CompactionDelayMax,
		UseUncachedIO:                  f.UseUncachedIO,
		FeatureRegistry:                s.features,
		EnableSTAsZeroSample:           f.CreatedTimestampZeroIngestion,
		EnableSTStorage:                f.STStorage,
		EnableHistogramSTEncoding:      f.HistogramsSTEncoding || f.STStorage,
		EnableExemplarStorage:          f.ExemplarStorage,
		// Off unless asked for: in 3.15 it only restores the last series ID
		// (tsdb/head.go) and does not let scraping begin during replay yet.
		EnableFastStartup:  f.FastStartup,
		FloatChunkEncoding: chunkenc.EncXOR,

		OutOfOrderTimeWindow:           file.OutOfOrderTimeWindow,
		StaleSeriesCompactionThreshold: file.StaleSeriesCompactionThreshold,
		RetentionDuration:              time.Duration(file.Retention.Time).Milliseconds(),
		MaxBytes:                       int64(file.Retention.Size),
		MaxPercentage:                  file.Retention.Percentage,
	}
	if usesXOR2(c, f) {
		opts.FloatChunkEncoding = chunkenc.EncXOR2
	}
	if f.ExemplarStorage {
		opts.MaxExemplars = c.StorageConfig.ExemplarsConfig.MaxExemplars
	}
	if f.DelayedCompaction && (opts.CompactionDelayMaxPercent <= 0 || opts.CompactionDelayMaxPercent > 100) {
		return nil, fmt.Errorf("--storage.tsdb.delayed-compaction.max-percent must be between 1 and 100; got %d", opts.CompactionDelayMaxPercent)
	}
	if o.DelayCompactFile != "" {
		opts.BlockCompactionExcludeFunc = newUploads(s.logger, o.DelayCompactFile).pending
	}
	if file.Retention.Time < 0 {
		// Overflow in the file's parser: a retention above 292 years.
		opts.RetentionDuration = (100 * 365 * 24 * time.Hour).Milliseconds()
		s.logger.Warn("Time retention value is too high. Limiting to 100y")
	}
	if file.Retention.Percentage > 0 && filesystemSize(s.data.dir) == 0 {
		return nil, fmt.Errorf("unable to detect total capacity of metric storage at %s, please disable retention percentage (%g%%)", s.data.dir, file.Retention.Percentage)
	}
	opts.MaxBlockDuration = maxBlock(o.MaxBlockDuration, file.Retention.Time).Milliseconds()
	return opts, nil
}

// maxBlock is how large compaction lets a block get: as asked for, or a tenth
// of the retention, but not above 31 days.
func maxBlock(asked time.Duration, retention model.Duration) time.Duration {
	if asked != 0 {
		return asked
	}
	limit := 31 * 24 * time.Hour
	if tenth := time.Duration(retention) / 10; tenth > 0 && tenth < limit {
		return tenth
	}
	return limit
}

func (s *Server) openAgent() error {
	db, err := agent.Open(s.logger, s.opts.Registerer, s.data.remote, s.data.dir, s.agentOptions(s.data.initial))
	if err != nil {
		return err
	}
	s.data.local.SetAgent(db)
	db.SetWriteNotified(s.data.remote)
	return nil
}

func (s *Server) agentOptions(c *config.Config) *agent.Options {
	o, f := s.opts.WAL, s.opts.Features
	return &agent.Options{
		WALSegmentSize:               int(o.WALSegmentSize),
		WALCompression:               o.WALCompression,
		TruncateFrequency:            o.TruncateFrequency,
		MinWALTime:                   o.MinTime.Milliseconds(),
		MaxWALTime:                   o.MaxTime.Milliseconds(),
		NoLockfile:                   o.NoLockfile,
		OutOfOrderTimeWindow:         max(0, c.StorageConfig.TSDBConfig.OutOfOrderTimeWindow),
		EnableSTAsZeroSample:         f.CreatedTimestampZeroIngestion,
		EnableSTStorage:              f.STStorage,
		CheckpointFromInMemorySeries: o.CheckpointFromHead,
		CheckpointBatchSize:          o.CheckpointBatchSize,
	}
}
