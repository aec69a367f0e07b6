package disk

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
)

const (
	mib    = 1 << 20
	series = 200
)

// open opens a TSDB with a running guard in dir.
func open(t *testing.T, dir string, block time.Duration, reserve size.Size, usage func(string) (Usage, error)) (*Guard, *tsdb.DB) {
	t.Helper()
	g, err := New(Options{Dir: dir, Reserve: reserve, Interval: 2 * time.Millisecond, Usage: usage, Logger: logger(t)})
	if err != nil {
		t.Fatal(err)
	}
	g.settle = 20 * time.Millisecond
	o := tsdb.DefaultOptions()
	o.RetentionDuration = 0
	o.MinBlockDuration = block.Milliseconds()
	o.MaxBlockDuration = o.MinBlockDuration
	o.WALSegmentSize = mib / 4
	o.MaxBlockChunkSegmentSize = 0
	g.Configure(o)
	db, err := tsdb.Open(dir, logger(t), nil, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	g.Attach(db)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); g.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return g, db
}

// noise does not compress: a sample takes nine bytes in a block.
func noise(int) float64 { return rand.Float64() }

// steady compresses well: a sample takes two bits in a block, but ten bytes in
// the log.
func steady(int) float64 { return 1 }

// fill appends n samples to each series, one a second from second on.
func fill(app storage.Appender, value func(second int) float64, second, n int) error {
	for s := range series {
		l := labels.FromStrings(labels.MetricName, "noise", "series", strconv.Itoa(s))
		var ref storage.SeriesRef
		for i := range n {
			var err error
			if ref, err = app.Append(ref, l, int64(second+i)*1000, value(second+i)); err != nil {
				return errors.Join(err, app.Rollback())
			}
		}
	}
	return app.Commit()
}

// blocks writes a block of some 1 MiB for each of n spans of ten minutes. It
// does so elsewhere, for the block writer allocates 512 MiB at once.
func blocks(t *testing.T, dir string, n int) {
	t.Helper()
	elsewhere := t.TempDir()
	for b := range n {
		w, err := tsdb.NewBlockWriter(logger(t), elsewhere, 10*time.Minute.Milliseconds())
		if err != nil {
			t.Fatal(err)
		}
		if err := fill(w.Appender(t.Context()), noise, b*600, 599); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(dir, os.DirFS(elsewhere)); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, q storage.Queryable) (n int) {
	t.Helper()
	querier, err := q.Querier(0, 1<<60)
	if err != nil {
		t.Fatal(err)
	}
	defer querier.Close()
	set := querier.Select(t.Context(), false, nil, labels.MustNewMatcher(labels.MatchEqual, labels.MetricName, "noise"))
	for set.Next() {
		n++
	}
	if set.Err() != nil {
		t.Fatal(set.Err())
	}
	return n
}

func TestOldestBlocksGoFirstThenIngestionPausesAndRecovers(t *testing.T) {
	dir := volume(t, "16m")
	data := filepath.Join(dir, "data")
	blocks(t, data, 6)
	other := &ballast{dir: dir}
	g, db := open(t, data, 10*time.Minute, size.Bytes(4*mib), other.usage)
	guarded := g.Storage(db)

	if got := len(db.Blocks()); got != 6 {
		t.Fatalf("%d blocks without pressure", got)
	}
	newest := db.Blocks()[5].Meta().ULID

	// Below twice the reserve, blocks go until there is enough free again.
	other.leave(t, 15*mib/2)
	eventually(t, "blocks are deleted", func() bool {
		u, err := statfs(dir)
		return err == nil && u.Available >= 8*mib && len(db.Blocks()) < 6
	})
	if got := len(db.Blocks()); got != 5 {
		t.Errorf("%d blocks are left of 6, one was to go", got)
	}
	if first := db.Blocks()[0].Meta().MinTime; first != 600_000 {
		t.Errorf("the oldest block left begins at %d", first)
	}
	if err := fill(guarded.Appender(t.Context()), noise, 4000, 1); err != nil {
		t.Errorf("appending above the reserve: %v", err)
	}

	// All blocks but the newest do not make up for a file that fills the
	// volume. Then none is deleted, and ingestion pauses.
	other.leave(t, mib/4)
	eventually(t, "ingestion pauses", func() bool { return g.Status().Paused })
	eventually(t, "deleting is found futile", func() bool { return g.Status().Futile })
	kept := len(db.Blocks())
	if kept < 5 {
		t.Errorf("%d blocks are left", kept)
	}
	if !slices.ContainsFunc(db.Blocks(), func(b *tsdb.Block) bool { return b.Meta().ULID == newest }) {
		t.Errorf("the newest block was deleted")
	}
	if err := fill(guarded.Appender(t.Context()), noise, 4001, 1); !errors.Is(err, ErrPaused) {
		t.Errorf("appending while paused: %v", err)
	}
	appendV2(t, guarded)
	if n := count(t, guarded); n != series {
		t.Errorf("a query while paused sees %d series", n)
	}

	other.remove(t)
	eventually(t, "ingestion goes on", func() bool { return !g.Status().Paused })
	if err := fill(guarded.Appender(t.Context()), noise, 4002, 1); err != nil {
		t.Errorf("appending after the pause: %v", err)
	}
	if n := testutil.ToFloat64(g.metrics.pauses); n != 1 {
		t.Errorf("%v pauses are counted", n)
	}
}

// appendV2 appends as a scrape and as somebody else, while paused.
func appendV2(t *testing.T, s storage.Storage) {
	t.Helper()
	noise := labels.FromStrings(labels.MetricName, "noise", "series", "new")
	app := s.AppenderV2(t.Context())
	if _, err := app.Append(0, noise, 0, 5_000_000, 1, nil, nil, storage.AOptions{}); !errors.Is(err, ErrPaused) {
		t.Errorf("append of no scrape: %v", err)
	}
	if err := app.Rollback(); err != nil {
		t.Fatal(err)
	}
	target := scrape.NewTarget(labels.EmptyLabels(), &config.ScrapeConfig{}, nil, nil)
	app = s.AppenderV2(scrape.ContextWithTarget(t.Context(), target))
	if ref, err := app.Append(0, noise, 0, 5_000_000, 1, nil, nil, storage.AOptions{}); ref != 0 || err != nil {
		t.Errorf("append of a scrape: %d, %v", ref, err)
	}
	if err := app.Commit(); err != nil {
		t.Errorf("commit of a scrape: %v", err)
	}
}

// TestEndlessIngestion writes many times what a volume can hold, as fast as it
// can. No write may fail for want of room, and the newest data must be there.
func TestEndlessIngestion(t *testing.T) {
	dir := volume(t, "12m")
	g, db := open(t, filepath.Join(dir, "data"), 10*time.Minute, size.Bytes(2*mib), nil)
	guarded := g.Storage(db)

	second := 0
	for written := 0; written < 60*mib; {
		mustLook(t, g)
		err := fill(guarded.Appender(t.Context()), noise, second, 60)
		switch {
		case errors.Is(err, ErrPaused):
			// Faster than compaction: real writers try again, too.
			eventually(t, "ingestion goes on", func() bool { return !g.Status().Paused })
			continue
		case err != nil:
			t.Fatalf("at second %d: %v", second, err)
		}
		second += 60
		written += series * 60 * 9
	}
	deleted := testutil.ToFloat64(g.metrics.deletedBlocks)
	t.Logf("%.0f blocks deleted, %.0f pauses, %d blocks left", deleted, testutil.ToFloat64(g.metrics.pauses), len(db.Blocks()))
	if deleted == 0 {
		t.Error("no block was deleted")
	}
	if n := count(t, guarded); n != series {
		t.Errorf("a query sees %d series", n)
	}
}

// TestHeadIsWrittenToShrinkTheLog fills the volume with the log alone: there is
// no block to delete, and no sample that would make the head compact.
func TestHeadIsWrittenToShrinkTheLog(t *testing.T) {
	dir := volume(t, "12m")
	g, db := open(t, filepath.Join(dir, "data"), 2*time.Hour, size.Bytes(2*mib), nil)
	guarded := g.Storage(db)

	second := 0
	for testutil.ToFloat64(g.metrics.pauses) == 0 {
		db.ForceHeadMMap() // as once a minute; this goes faster
		mustLook(t, g)
		if err := fill(guarded.Appender(t.Context()), steady, second, 60); err != nil && !errors.Is(err, ErrPaused) {
			t.Fatalf("at second %d: %v", second, err)
		}
		second += 60
	}
	if second > 10_000 {
		t.Fatalf("the head was compacted by itself; this test tests nothing")
	}
	eventually(t, "ingestion goes on", func() bool { return !g.Status().Paused })
	if got := len(db.Blocks()); got != 1 {
		t.Errorf("%d blocks instead of the head", got)
	}
	if err := fill(guarded.Appender(t.Context()), steady, second, 1); err != nil {
		t.Errorf("appending after the pause: %v", err)
	}
	if n := count(t, guarded); n != series {
		t.Errorf("a query sees %d series", n)
	}
}

// mustLook has the guard look before each append. These tests write as much
// between two ticks, on a busy machine, as the reserve is large.
func mustLook(t *testing.T, g *Guard) {
	t.Helper()
	if err := g.look(); err != nil {
		t.Fatal(err)
	}
}
