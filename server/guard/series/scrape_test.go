package series

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// report is how many series a scrape brings about itself: up and others.
const report = 5

// app is a target whose metrics a test decides: series from..to.
type app struct {
	*httptest.Server
	from, to atomic.Int64
	labels   model.LabelSet // of its target group
}

func newApp(t *testing.T) *app {
	a := &app{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprintln(w, "# TYPE app counter")
		for i := a.from.Load(); i < a.to.Load(); i++ {
			fmt.Fprintf(w, "app{series=\"%d\"} %d\n", i, time.Now().UnixNano())
		}
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *app) expose(from, to int64) {
	a.from.Store(from)
	a.to.Store(to)
}

// stack is a real scrape manager in front of a real TSDB.
type stack struct {
	t       *testing.T
	guard   *Guard
	db      *tsdb.DB
	manager *scrape.Manager
	groups  chan map[string][]*targetgroup.Group
	stop    func()
}

func newStack(t *testing.T, dir string, o Options) *stack {
	t.Helper()
	s := &stack{t: t, groups: make(chan map[string][]*targetgroup.Group)}
	o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	o.Pools = func() map[string][]*scrape.Target { return s.manager.TargetsActive() }
	s.guard = New(o)
	opts := tsdb.DefaultOptions()
	opts.SeriesLifecycleCallback = s.guard.Lifecycle()
	var err error
	if s.db, err = tsdb.Open(dir, nil, nil, opts, nil); err != nil {
		t.Fatal(err)
	}
	fanout := storage.NewFanout(o.Logger, s.guard.Storage(s.db))
	s.manager, err = scrape.NewManager(&scrape.Options{
		PassMetadataInContext:    true,
		DiscoveryReloadInterval:  model.Duration(5 * time.Millisecond),
		DiscoveryReloadOnStartup: true,
		SynthesizeST:             true,
	}, o.Logger, nil, nil, fanout, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.manager.Run(s.groups) }()
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		s.manager.Stop()
		<-done
		if err := s.db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	t.Cleanup(s.stop)
	return s
}

// scrape configures a job for each app. timeout is there to be changed, which
// restarts the loops of all targets.
func (s *stack) scrape(timeout string, jobs map[string]*app) {
	s.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "global:\n  scrape_interval: 40ms\n  scrape_timeout: %s\nscrape_configs:\n", timeout)
	groups := map[string][]*targetgroup.Group{}
	for job, a := range jobs {
		fmt.Fprintf(&b, "- job_name: %q\n", job)
		u, err := url.Parse(a.URL)
		if err != nil {
			s.t.Fatal(err)
		}
		groups[job] = []*targetgroup.Group{{
			Source:  "test",
			Targets: []model.LabelSet{{model.AddressLabel: model.LabelValue(u.Host)}},
			Labels:  a.labels,
		}}
	}
	c, err := config.Load(b.String(), s.guard.opts.Logger)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.manager.ApplyConfig(c); err != nil {
		s.t.Fatal(err)
	}
	s.groups <- groups
}

// await waits until the cost of an owner is as f wants it.
func (s *stack) await(owner, what string, f func(Cost) bool) Cost {
	s.t.Helper()
	var last Cost
	eventually(s.t, func() string { return fmt.Sprintf("%s: %s, at last it was %+v", owner, what, last) }, func() bool {
		for _, c := range s.guard.Costs() {
			if c.Owner == owner {
				last = c
				return f(c)
			}
		}
		last = Cost{}
		return f(last)
	})
	return last
}

// latest returns the newest sample of a metric of a job, of each series.
func (s *stack) latest(metric, job string) map[string]float64 {
	s.t.Helper()
	q, err := s.db.Querier(0, 1<<62)
	if err != nil {
		s.t.Fatal(err)
	}
	defer q.Close()
	set := q.Select(s.t.Context(), false, nil,
		labels.MustNewMatcher(labels.MatchEqual, labels.MetricName, metric),
		labels.MustNewMatcher(labels.MatchEqual, "job", job))
	values := map[string]float64{}
	for set.Next() {
		it := set.At().Iterator(nil)
		for it.Next() != 0 {
			_, values[set.At().Labels().Get("series")] = it.At()
		}
	}
	if set.Err() != nil {
		s.t.Fatal(set.Err())
	}
	return values
}

func eventually(t *testing.T, what func() string, f func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("it never happened: " + what())
		}
	}
}

func ref(s string) dropin.Ref {
	r, err := dropin.ParseRef(s)
	if err != nil {
		panic(err)
	}
	return r
}
