package series

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

// of returns a context as a scrape loop has it.
func of(ctx context.Context, job, instance string) context.Context {
	return scrape.ContextWithTarget(ctx, scrape.NewTarget(
		labels.FromStrings(model.AddressLabel, instance, model.ScrapeIntervalLabel, "15s"),
		&config.ScrapeConfig{JobName: job}, nil, nil))
}

func openDB(tb testing.TB, o Options) (*Guard, *tsdb.DB) {
	tb.Helper()
	o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	g := New(o)
	opts := tsdb.DefaultOptions()
	opts.SeriesLifecycleCallback = g.Lifecycle()
	db, err := tsdb.Open(tb.TempDir(), nil, nil, opts, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return g, db
}

// TestLabelsThatAlwaysChange has few series active at any time, and would fill
// the memory all the same.
func TestLabelsThatAlwaysChange(t *testing.T) {
	g, db := openDB(t, Options{Budget: Series(100)})
	s := g.Storage(db)
	ctx := of(t.Context(), "team/app/jobs.yaml/api", "a:80")
	next := 0
	scrapeOnce := func(at int64) {
		app := s.AppenderV2(ctx)
		for range 10 {
			next++
			l := labels.FromStrings(labels.MetricName, "requests", "id", strconv.Itoa(next))
			if _, err := app.Append(0, l, 0, at, 1, nil, nil, storage.AOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		if err := app.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 50 {
		scrapeOnce(int64(i+1) * 1000)
	}
	c, _ := g.Cost(ref("team/app/jobs.yaml"))
	if c.SeriesInMemory != inMemory*100 || c.Refused != 10 || c.Series != 0 {
		t.Errorf("after 500 series the cost is %+v", c)
	}
	if n := db.Head().NumSeries(); n != inMemory*100 {
		t.Errorf("%d series are in memory", n)
	}
	// The head forgets them, and there is room again.
	if err := db.Head().Truncate(100_000); err != nil {
		t.Fatal(err)
	}
	if c, _ = g.Cost(ref("team/app/jobs.yaml")); c.SeriesInMemory != 0 {
		t.Errorf("after the head forgot all, the cost is %+v", c)
	}
	if len(g.memory.pages) != 0 {
		t.Errorf("%d pages are left", len(g.memory.pages))
	}
	scrapeOnce(200_000)
	if c, _ = g.Cost(ref("team/app/jobs.yaml")); c.Series != 10 || c.SeriesInMemory != 10 {
		t.Errorf("with room again the cost is %+v", c)
	}
}

// TestManyTargetsAtOnce lets all targets of a drop-in begin at the same time,
// when none has been counted yet.
func TestManyTargetsAtOnce(t *testing.T) {
	for name, rollback := range map[string]bool{"all commit": false, "some roll back": true} {
		t.Run(name, func(t *testing.T) {
			g, db := openDB(t, Options{Budget: Series(1000)})
			s := g.Storage(db)
			var wg sync.WaitGroup
			ctxs := make([]context.Context, 20)
			for i := range ctxs {
				ctxs[i] = of(t.Context(), "team/app/jobs.yaml/api", "a:"+strconv.Itoa(i))
				wg.Go(func() {
					for round := range 3 {
						app := s.AppenderV2(ctxs[i])
						appendAll(t, app, i, round)
						end := app.Commit
						if rollback && i%7 == 0 && round == 0 {
							end = app.Rollback
						}
						if err := end(); err != nil {
							t.Error(err)
						}
						g.Costs()
					}
				})
			}
			wg.Wait()
			c, _ := g.Cost(ref("team/app/jobs.yaml"))
			// A scrape that is rolled back leaves its series in the head, where
			// they exist and so go on, though others have taken its budget.
			spare := int64(0)
			if rollback {
				spare = 300
			}
			if c.Series < 1000 || c.Series > 1000+spare || c.Series+c.Refused != 2000 || c.Targets != 20 {
				t.Errorf("the cost is %+v", c)
			}
			if o := g.owners.byName["team/app/jobs.yaml"]; o.reserved != 0 {
				t.Errorf("%d series are reserved for ever", o.reserved)
			}
		})
	}
}

// appendAll appends the 100 series of a target.
func appendAll(t *testing.T, app storage.AppenderV2, target, round int) {
	for n := range 100 {
		l := labels.FromStrings(labels.MetricName, "m", "target", strconv.Itoa(target), "n", strconv.Itoa(n))
		if _, err := app.Append(0, l, 0, int64(round+1)*1000, 1, nil, nil, storage.AOptions{}); err != nil {
			t.Error(err)
		}
	}
}
