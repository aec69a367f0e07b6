package series

import (
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/model"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

func TestOverBudgetOldSeriesGoOnAndNewOnesAreRefused(t *testing.T) {
	s := newStack(t, t.TempDir(), Options{Budget: Series(20)})
	const job, owner = "team/app/jobs.yaml/api", "team/app/jobs.yaml"
	greedy, modest := newApp(t), newApp(t)
	greedy.expose(0, 10)
	modest.expose(0, 10)
	s.scrape("40ms", map[string]*app{job: greedy, "other/app/jobs.yaml/api": modest})
	s.await(owner, "within its budget", func(c Cost) bool { return c.Series == 10+report })

	greedy.expose(0, 30)
	s.await(owner, "over its budget", func(c Cost) bool { return c.Series == 20 && c.Refused == 15 })
	series := s.latest("app", job)
	if len(series) != 15 {
		t.Errorf("%d series are stored", len(series))
	}
	for i := range 10 {
		old, ok := series[strconv.Itoa(i)]
		if !ok {
			t.Fatalf("series %d is gone", i)
		}
		eventually(t, func() string { return "an old series goes on" },
			func() bool { return s.latest("app", job)[strconv.Itoa(i)] > old })
	}
	if up := s.latest("up", job)[""]; up != 1 {
		t.Errorf("up is %v", up)
	}
	// The scrape loop counts refused series as added when it sees them first,
	// and as samples always, like ones it stores.
	eventually(t, func() string { return "no series is added any more" },
		func() bool { return s.latest("scrape_series_added", job)[""] == 0 })
	if n := s.latest("scrape_samples_post_metric_relabeling", job)[""]; n != 30 {
		t.Errorf("%v samples are left after relabeling", n)
	}
	if c, _ := s.guard.Cost(ref("other/app/jobs.yaml")); c.Series != 10+report || c.Refused != 0 {
		t.Errorf("the other drop-in costs %+v", c)
	}
	metrics := &collector{s.guard.owners}
	if err := testutil.CollectAndCompare(metrics, strings.NewReader(`
# HELP kube_monitoring_stack_server_guard_series_active Series that the last scrapes of the drop-in, or of the job of the base configuration, brought.
# TYPE kube_monitoring_stack_server_guard_series_active gauge
kube_monitoring_stack_server_guard_series_active{dropin="other/app/jobs.yaml"} 15
kube_monitoring_stack_server_guard_series_active{dropin="team/app/jobs.yaml"} 20
`), prefix+"active"); err != nil {
		t.Error(err)
	}

	// When old ones leave, others come in.
	greedy.expose(20, 35)
	s.await(owner, "within its budget again", func(c Cost) bool { return c.Series == 15+report && c.Refused == 0 })
}

func TestRestartAndReloadKeepWhatExists(t *testing.T) {
	dir := t.TempDir()
	const job, owner = "team/app/jobs.yaml/api", "team/app/jobs.yaml"
	a := newApp(t)
	a.expose(10, 40)
	s := newStack(t, dir, Options{Budget: Series(100)})
	s.scrape("40ms", map[string]*app{job: a})
	s.await(owner, "scraped", func(c Cost) bool { return c.Series == 30+report })

	// Changed jobs get new scrape loops; their series are not counted twice.
	s.scrape("30ms", map[string]*app{job: a})
	s.await(owner, "scraped after a reload", func(c Cost) bool {
		return c.Series == 30+report && c.SeriesInMemory == 30+report && c.Targets == 1
	})
	s.stop()

	// After a restart the server has a smaller budget than there are series,
	// and none of them is known to the scrape loop. All that exist go on.
	a.expose(10, 60)
	s = newStack(t, dir, Options{Budget: Series(20)})
	s.scrape("40ms", map[string]*app{job: a})
	c := s.await(owner, "scraped after a restart", func(c Cost) bool { return c.Series >= 30+report })
	if c.Refused == 0 {
		t.Errorf("nothing is refused: %+v", c)
	}
	series := s.latest("app", job)
	if len(series) > 30+20 {
		t.Errorf("%d series are stored", len(series))
	}
	for i := 10; i < 40; i++ {
		old := series[strconv.Itoa(i)]
		eventually(t, func() string { return "old series " + strconv.Itoa(i) + " goes on" },
			func() bool { return s.latest("app", job)[strconv.Itoa(i)] > old })
	}
}

func TestJobLabelOfTheDiscoveryDoesNotHideTheOwner(t *testing.T) {
	const job, owner = "team/app/jobs.yaml/api", "team/app/jobs.yaml"
	for claimed, first := range map[string]string{
		"api":                     unattributed,
		"victim/app/jobs.yaml/ok": "victim/app/jobs.yaml",
	} {
		a := newApp(t)
		a.labels = model.LabelSet{"job": model.LabelValue(claimed)}
		a.expose(0, 30)
		s := newStack(t, t.TempDir(), Options{
			Budget: Series(20),
			Known:  func(name string) bool { return strings.Count(name, "/") == 3 },
		})
		s.scrape("40ms", map[string]*app{job: a})
		// Even before, it has no more than one budget.
		s.await(first, "attributed by its label", func(c Cost) bool { return c.Series == 20 && c.Refused > 0 })
		s.guard.verify()
		s.await(owner, "attributed by its pool", func(c Cost) bool { return c.Series == 20 && c.Targets == 1 })
		s.await(first, "free again", func(c Cost) bool { return c.Series == 0 && c.Targets == 0 })
		s.stop()
	}
}

func TestTargetsThatAreGoneLeave(t *testing.T) {
	const owner = "team/app/jobs.yaml"
	a, b := newApp(t), newApp(t)
	a.expose(0, 10)
	b.expose(0, 10)
	s := newStack(t, t.TempDir(), Options{})
	s.scrape("40ms", map[string]*app{owner + "/a": a, owner + "/b": b})
	c := s.await(owner, "both jobs are scraped", func(c Cost) bool { return c.Series == 2*(10+report) && c.Targets == 2 })
	if want := float64(2*(10+report)) / 0.04; c.SamplesPerSecond < want-1 || c.SamplesPerSecond > want+1 {
		t.Errorf("%v samples per second, want %v", c.SamplesPerSecond, want)
	}
	s.scrape("40ms", map[string]*app{owner + "/a": a})
	s.await(owner, "one job is gone", func(c Cost) bool {
		runtime.GC()
		return c.Series == 10+report && c.Targets == 1
	})
}

func TestExemptAndBase(t *testing.T) {
	a, b := newApp(t), newApp(t)
	a.expose(0, 30)
	b.expose(0, 30)
	s := newStack(t, t.TempDir(), Options{
		Budget: Series(20),
		Exempt: func(r dropin.Ref) bool { return r.Namespace == "monitoring" },
	})
	s.scrape("40ms", map[string]*app{"monitoring/stack/jobs.yaml/a": a, "base": b})
	for _, owner := range []string{"monitoring/stack/jobs.yaml", "base"} {
		c := s.await(owner, "without a budget", func(c Cost) bool { return c.Series == 30+report })
		if c.Budget != 0 || c.Refused != 0 || (c.DropIn == nil) != (owner == "base") {
			t.Errorf("%s costs %+v", owner, c)
		}
	}
}

func TestBudgetFlag(t *testing.T) {
	for in, want := range map[string]int64{"50000": 50000, "25%": 256, "0": 0, "0%": 0} {
		var b Budget
		if err := b.Set(in); err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := b.Of(8 << 20); got != want {
			t.Errorf("%s under 8 MiB is %d series, want %d", in, got, want)
		}
	}
	for _, in := range []string{"", "-1", "101%", "many"} {
		if new(Budget).Set(in) == nil {
			t.Errorf("%q was read", in)
		}
	}
}
