package server

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/series"
)

// TestGuards_ManualNamesAllMetrics compares the metrics that docs/guards.md names
// with those that a server has.
func TestGuards_ManualNamesAllMetrics(t *testing.T) {
	page, err := os.ReadFile("../docs/guards.md")
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, quickBase)
	r.opts.Guards.SeriesBudget = series.Series(20)
	r.publish(map[string]string{"scrape/team_app_s.yaml": job("team/app/s.yaml/api", target(t, "m 1\n"))})
	r.start()
	r.await("it is scraped", func() bool { return len(r.query("m")) == 1 })

	families, err := r.opts.Gatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var real []string
	for _, f := range families {
		if strings.Contains(f.GetName(), "_guard_") || strings.Contains(f.GetName(), "_quarantined_") {
			real = append(real, f.GetName())
		}
	}
	named := regexp.MustCompile(`kube_monitoring_stack_\w+`).FindAllString(string(page), -1)
	slices.Sort(named)
	slices.Sort(real)
	if named = slices.Compact(named); !slices.Equal(named, real) {
		t.Errorf("the page names\n%s\nthe server has\n%s", strings.Join(named, "\n"), strings.Join(real, "\n"))
	}
}
