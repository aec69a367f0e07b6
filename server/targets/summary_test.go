package targets

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/testing/protocmp"
)

// TestSlim compares with the summary as upstream makes it, given the same
// observations.
func TestSlim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vec := func() *prometheus.SummaryVec {
			return prometheus.NewSummaryVec(prometheus.SummaryOpts{
				Name: SyncLengthMetric, Help: "Actual interval to sync the scrape pool.",
				Objectives: map[float64]float64{0.01: 0.001, 0.05: 0.005, 0.5: 0.05, 0.90: 0.01, 0.99: 0.001},
			}, []string{"scrape_job"})
		}
		theirs, ours := vec(), vec()
		a, b := prometheus.NewPedanticRegistry(), prometheus.NewPedanticRegistry()
		a.MustRegister(theirs)
		NewTap(b).MustRegister(ours)
		same := func(when string) {
			t.Helper()
			if d := cmp.Diff(gather(t, a), gather(t, b), protocmp.Transform(), cmpopts.EquateNaNs()); d != "" {
				t.Errorf("%s: %s", when, d)
			}
		}
		observe := func(job string, v float64) {
			theirs.WithLabelValues(job).Observe(v)
			ours.WithLabelValues(job).Observe(v)
		}
		same("no job")
		for i := range 37 {
			observe("a", float64(i*7%37)/1000)
			observe("b", 1)
			time.Sleep(time.Second)
		}
		same("some")
		time.Sleep(recentAge + time.Minute)
		same("long ago")
		observe("a", 3)
		same("one again")
		theirs.DeleteLabelValues("a")
		ours.DeleteLabelValues("a")
		same("a job less")
	})
}

func TestSlimForgetsTheOldest(t *testing.T) {
	r := &recent{now: time.Now}
	for i := range 3 * recentMost {
		r.Observe(float64(i))
	}
	if len(r.last) != recentMost || cap(r.last) > 2*recentMost || r.last[0].value != 2*recentMost || r.count != 3*recentMost {
		t.Errorf("%d of %d observations, the first is %v", len(r.last), r.count, r.last[0].value)
	}
}

func gather(t *testing.T, g prometheus.Gatherer) []*dto.MetricFamily {
	t.Helper()
	all, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return all
}
