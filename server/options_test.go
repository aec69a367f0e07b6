package server

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/agent"
	"github.com/prometheus/prometheus/util/compression"
)

// storageConfig is an empty configuration file, as it comes out of the parser.
func storageConfig() *config.Config {
	return &config.Config{StorageConfig: config.StorageConfig{TSDBConfig: &config.TSDBConfig{
		Retention: &config.TSDBRetentionConfig{Time: defaultRetention},
	}}}
}

// TestTSDBOptions_AreWhatTheFlagsSay holds those flags whose effect shows only
// after hours, or not at all.
func TestTSDBOptions_AreWhatTheFlagsSay(t *testing.T) {
	uploaded := filepath.Join(t.TempDir(), "thanos.shipper.json")
	if err := os.WriteFile(uploaded, []byte(`{"version":1,"uploaded":[]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	of := func(change func(*Options)) *tsdb.Options {
		o := DefaultOptions()
		change(&o)
		s := &Server{opts: o, logger: slog.New(slog.DiscardHandler), data: &data{dir: t.TempDir()}}
		opts, err := s.tsdbOptions(storageConfig())
		if err != nil {
			t.Fatal(err)
		}
		return opts
	}
	plain := of(func(*Options) {})
	for flag, tc := range map[string]struct {
		set  func(*Options)
		want func(*tsdb.Options)
	}{
		"max-block-chunk-segment-size": {
			func(o *Options) { o.TSDB.MaxChunkSegmentSize = 64 << 20 },
			func(o *tsdb.Options) { o.MaxBlockChunkSegmentSize = 64 << 20 },
		},
		"allow-overlapping-compaction": {
			func(o *Options) { o.TSDB.OverlapCompaction = false },
			func(o *tsdb.Options) { o.EnableOverlappingCompaction = false },
		},
		"delayed-compaction.max-percent": {
			func(o *Options) { o.TSDB.CompactionDelayMax, o.Features.DelayedCompaction = 30, true },
			func(o *tsdb.Options) { o.CompactionDelayMaxPercent, o.EnableDelayedCompaction = 30, true },
		},
		"max-block-duration": {
			func(o *Options) { o.TSDB.MaxBlockDuration = 6 * time.Hour },
			func(o *tsdb.Options) { o.MaxBlockDuration = 6 * 3600 * 1000 },
		},
	} {
		want := *plain
		tc.want(&want)
		ignore := cmpopts.IgnoreFields(tsdb.Options{}, "BlockCompactionExcludeFunc")
		if d := cmp.Diff(&want, of(tc.set), ignore, cmpopts.IgnoreUnexported(tsdb.Options{})); d != "" {
			t.Errorf("--storage.tsdb.%s (-want +got):\n%s", flag, d)
		}
	}

	fresh := &tsdb.BlockMeta{Compaction: tsdb.BlockMetaCompaction{Level: 1}}
	if plain.BlockCompactionExcludeFunc != nil {
		t.Error("blocks are kept from compaction for no reason")
	}
	delayed := of(func(o *Options) { o.TSDB.DelayCompactFile = uploaded })
	if !delayed.BlockCompactionExcludeFunc(fresh) {
		t.Error("--storage.tsdb.delay-compact-file.path: a block that is not uploaded may be compacted")
	}
	delayed = of(func(o *Options) { o.TSDB.DelayCompactFile = uploaded + ".missing" })
	if delayed.BlockCompactionExcludeFunc(fresh) {
		t.Error("--storage.tsdb.delay-compact-file.path: a missing file stops compaction")
	}
}

func TestAgentOptions_AreWhatTheFlagsSay(t *testing.T) {
	o := DefaultOptions()
	o.WAL = AgentOptions{
		WALSegmentSize: 10 << 20, WALCompression: compression.Zstd, TruncateFrequency: time.Hour,
		MinTime: 2 * time.Minute, MaxTime: 3 * time.Hour, NoLockfile: true, CheckpointFromHead: true, CheckpointBatchSize: 7,
	}
	want := &agent.Options{
		WALSegmentSize: 10 << 20, WALCompression: compression.Zstd, TruncateFrequency: time.Hour,
		MinWALTime: 2 * 60 * 1000, MaxWALTime: 3 * 3600 * 1000, NoLockfile: true, CheckpointFromInMemorySeries: true, CheckpointBatchSize: 7,
	}
	if d := cmp.Diff(want, (&Server{opts: o}).agentOptions(storageConfig())); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestSetGlobals_ScrapeTimestamps(t *testing.T) {
	d := DefaultOptions()
	d.Logger = slog.New(slog.DiscardHandler)
	t.Cleanup(func() { setGlobals(&d) })
	if !d.Scrape.AdjustTimestamps || d.Scrape.TimestampTolerance != scrape.ScrapeTimestampTolerance || !scrape.AlignScrapeTimestamps {
		t.Errorf("the defaults are not upstream's: %+v", d.Scrape)
	}
	o := d
	o.Scrape.AdjustTimestamps, o.Scrape.TimestampTolerance = false, 7*time.Millisecond
	setGlobals(&o)
	if scrape.AlignScrapeTimestamps || scrape.ScrapeTimestampTolerance != 7*time.Millisecond {
		t.Errorf("upstream has %v, %v", scrape.AlignScrapeTimestamps, scrape.ScrapeTimestampTolerance)
	}
}
