package disk

import (
	"errors"
	"log/slog"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
)

// TestTrickle lets in, at each amount of free space, what it should.
func TestTrickle(t *testing.T) {
	db, err := tsdb.Open(t.TempDir(), nil, nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	u := Usage{Total: 10_000}
	g, err := New(Options{
		Dir: "/", Reserve: size.Bytes(100), Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewPedanticRegistry(),
		Usage: func(string) (Usage, error) { return u, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	s := g.Storage(db)
	target := scrape.NewTarget(labels.EmptyLabels(), &config.ScrapeConfig{}, nil, nil)
	asScrape := scrape.ContextWithTarget(t.Context(), target)
	names := []string{"ALERTS", "ordinary", prefix + "paused"}
	now := int64(0)

	for _, c := range []struct {
		available int64
		passes    []string
	}{
		{1000, names},
		{99, []string{"ALERTS", prefix + "paused"}},
		{49, nil},
		{60, []string{"ALERTS", prefix + "paused"}},
		{200, names},
	} {
		u.Available = c.available
		if err := g.look(); err != nil {
			t.Fatal(err)
		}
		now++
		scraped, v1 := s.AppenderV2(asScrape), s.Appender(t.Context())
		var passed []string
		for _, name := range names {
			l := labels.FromStrings(labels.MetricName, name, "v", "2")
			ref, err := scraped.Append(0, l, 0, now, 1, nil, nil, storage.AOptions{})
			if err != nil {
				t.Errorf("%d bytes free: a scrape of %s: %v", c.available, name, err)
			}
			if ref != 0 {
				passed = append(passed, name)
			}
			_, err = v1.Append(0, labels.FromStrings(labels.MetricName, name, "v", "1"), now, 1)
			if refused := errors.Is(err, ErrPaused); refused == slices.Contains(c.passes, name) {
				t.Errorf("%d bytes free: another append of %s: %v", c.available, name, err)
			}
		}
		if !slices.Equal(passed, c.passes) {
			t.Errorf("%d bytes free: %v are let in, want %v", c.available, passed, c.passes)
		}
		if err := errors.Join(scraped.Commit(), v1.Commit()); err != nil {
			t.Error(err)
		}
	}
	for _, source := range []string{sourceScrape, sourceOther} {
		if n := testutil.ToFloat64(g.metrics.dropped.WithLabelValues(source)); n != 5 {
			t.Errorf("%v samples of %s are counted as refused", n, source)
		}
	}
}

func TestNoReserveIsNoGuard(t *testing.T) {
	g, err := New(Options{Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil || g != nil {
		t.Fatalf("%v, %v", g, err)
	}
	o := tsdb.DefaultOptions()
	g.Configure(o)
	g.Attach(nil)
	g.Run(t.Context())
	if o.BlocksToDelete != nil || g.Status() != (Status{}) || g.Storage(nil) != nil {
		t.Error("no guard changes something")
	}
}
