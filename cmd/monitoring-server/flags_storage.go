package main

import (
	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/prometheus/util/compression"
)

// walCompression are two flags that make one setting.
type walCompression struct {
	on  bool
	typ string
	to  *compression.Type
}

func (w *walCompression) flags(declare func(name, text string) *kingpin.FlagClause, prefix string, hidden bool) {
	apply := func(*kingpin.ParseContext) error {
		*w.to = compression.None
		if w.on {
			*w.to = w.typ
		}
		return nil
	}
	on := declare(prefix+".wal-compression", "Compress the write-ahead log.").Default("true").Action(apply)
	if hidden {
		on = on.Hidden()
	}
	on.BoolVar(&w.on)
	declare(prefix+".wal-compression-type", "Compression algorithm of the write-ahead log.").
		Hidden().Default(compression.Snappy).Action(apply).EnumVar(&w.typ, compression.Snappy, compression.Zstd)
}

func (c *command) storageFlags(app *kingpin.Application) {
	c.tsdbFlags(app)
	c.agentFlags(app)

	r := &c.options.Remote
	duration(app.Flag("storage.remote.flush-deadline", "How long to wait flushing sample on shutdown or config reload.").PlaceHolder("<duration>"), &r.FlushDeadline)
	c.server(app, "storage.remote.read-sample-limit", "Maximum overall number of samples to return via the remote read interface, in a single query. 0 means no limit. Streamed responses have none.").
		Default("5e7").IntVar(&r.ReadSampleLimit)
	c.server(app, "storage.remote.read-concurrent-limit", "Maximum number of concurrent remote read calls. 0 means no limit.").
		Default("10").IntVar(&r.ReadConcurrentLimit)
	c.server(app, "storage.remote.read-max-bytes-in-frame", "Maximum number of bytes in a single frame of a streamed remote read response, before marshalling.").
		Default("1048576").IntVar(&r.ReadMaxBytesInFrame)
}

func (c *command) tsdbFlags(app *kingpin.Application) {
	t := &c.options.TSDB
	flag := func(name, text string) *kingpin.FlagClause { return c.server(app, name, text) }

	flag("storage.tsdb.path", "Base path for metrics storage.").Default(t.Path).StringVar(&t.Path)
	flag("storage.tsdb.retention.time", "[DEPRECATED] How long to retain samples in storage, if the configuration file does not say. 15d if neither this nor --storage.tsdb.retention.size is set. Units: y, w, d, h, m, s, ms.").
		SetValue(&t.RetentionTime)
	flag("storage.tsdb.retention.size", "[DEPRECATED] Maximum number of bytes to store in blocks, if the configuration file does not say. A unit is required: B, KB, MB, GB, TB, PB, EB.").
		BytesVar(&t.RetentionSize)
	flag("storage.tsdb.no-lockfile", "Do not create lockfile in data directory.").
		Default("false").BoolVar(&t.NoLockfile)
	flag("storage.tsdb.head-chunks-write-queue-size", "Size of the queue of head chunks to be written and m-mapped. 0 disables the queue. Experimental.").
		Default("0").IntVar(&t.HeadChunksWriteQueue)
	flag("storage.tsdb.delay-compact-file.path", "Path to a JSON file with uploaded TSDB blocks, such as Thanos' shipper meta file. Blocks not in it are not compacted yet.").
		Default("").StringVar(&t.DelayCompactFile)

	duration(flag("storage.tsdb.min-block-duration", "Minimum duration of a data block before being persisted. For use in testing.").Hidden(), &t.MinBlockDuration)
	duration(flag("storage.tsdb.max-block-duration", "Maximum duration compacted blocks may span. For use in testing. (Defaults to 10% of the retention period.)").Hidden().PlaceHolder("<duration>"), &t.MaxBlockDuration)
	flag("storage.tsdb.max-block-chunk-segment-size", "The maximum size for a single chunk segment in a block. Example: 512MB").
		Hidden().PlaceHolder("<bytes>").BytesVar(&t.MaxChunkSegmentSize)
	flag("storage.tsdb.wal-segment-size", "Size at which to split the tsdb WAL segment files. Example: 100MB").
		Hidden().PlaceHolder("<bytes>").BytesVar(&t.WALSegmentSize)
	flag("storage.tsdb.allow-overlapping-compaction", "Allow compaction of overlapping blocks.").
		Default("true").Hidden().BoolVar(&t.OverlapCompaction)
	flag("storage.tsdb.samples-per-chunk", "Target number of samples per chunk.").
		Default("120").Hidden().IntVar(&t.SamplesPerChunk)
	flag("storage.tsdb.delayed-compaction.max-percent", "Upper limit of the random compaction delay, in percent of the head chunk range. Only with the delayed-compaction feature.").
		Default("10").Hidden().IntVar(&t.CompactionDelayMax)
	duration(flag("storage.tsdb.block-reload-interval", "Interval at which to check for new or removed blocks in storage.").Hidden(), &t.BlockReloadInterval)
	flag("storage.tsdb.snapshot-on-shutdown", "Write the head's memory to disk when stopping, for a faster start. Prometheus has this as the feature memory-snapshot-on-shutdown.").
		Default("true").BoolVar(&t.SnapshotOnShutdown)
	w := &walCompression{to: &t.WALCompression}
	w.flags(flag, "storage.tsdb", true)
}

func (c *command) agentFlags(app *kingpin.Application) {
	a := &c.options.WAL
	flag := func(name, text string) *kingpin.FlagClause { return c.agent(app, name, text) }

	flag("storage.agent.path", "Base path for metrics storage.").Default(a.Path).StringVar(&a.Path)
	flag("storage.agent.wal-segment-size", "Size at which to split WAL segment files. Example: 100MB").
		Hidden().PlaceHolder("<bytes>").BytesVar(&a.WALSegmentSize)
	duration(flag("storage.agent.wal-truncate-frequency", "The frequency at which to truncate the WAL and remove old data.").Hidden().PlaceHolder("<duration>"), &a.TruncateFrequency)
	duration(flag("storage.agent.retention.min-time", "Minimum age samples may be before being considered for deletion when the WAL is truncated"), &a.MinTime)
	duration(flag("storage.agent.retention.max-time", "Maximum age samples may be before being forcibly deleted when the WAL is truncated"), &a.MaxTime)
	flag("storage.agent.no-lockfile", "Do not create lockfile in data directory.").
		Default("false").BoolVar(&a.NoLockfile)
	flag("storage.agent.checkpoint-from-in-memory-series", "Use only in-memory series data when building a checkpoint.").
		Default("false").BoolVar(&a.CheckpointFromHead)
	flag("storage.agent.checkpoint-batch-size", "Size of a single WAL log entry chunk to be flushed. Has no effect without --storage.agent.checkpoint-from-in-memory-series.").
		Default("1000").IntVar(&a.CheckpointBatchSize)
	w := &walCompression{to: &a.WALCompression}
	w.flags(flag, "storage.agent", false)
}
