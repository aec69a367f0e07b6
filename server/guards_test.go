package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/series"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
)

func TestGuards_SeriesBudgetIsOfTheDropIn(t *testing.T) {
	var metrics strings.Builder
	for i := range 50 {
		fmt.Fprintf(&metrics, "greedy{n=\"%d\"} 1\n", i)
	}
	r := newRig(t, quickBase)
	r.opts.Guards.SeriesBudget = series.Series(20)
	r.publish(map[string]string{
		"scrape/team_greedy_s.yaml": job("team/greedy/s.yaml/api", target(t, metrics.String())),
		"scrape/team_modest_s.yaml": job("team/modest/s.yaml/api", target(t, "modest 1\n")),
	})
	r.start()
	r.await("both are scraped", func() bool { return len(r.query("modest")) == 1 && len(r.query("greedy")) > 0 })
	if n := len(r.query("greedy")); n > 20 {
		t.Errorf("%d series, the budget is 20", n)
	}
	if up := r.query(`up{job="team/greedy/s.yaml/api"}`); len(up) != 1 || up[0] != "1" {
		t.Errorf("up is %v: a scrape over budget must not fail", up)
	}
	r.await("the owner is named", func() bool {
		var a dropInsAnswer
		r.api("/status/dropins", &a)
		return len(a.Costs) == 2 && a.Costs[0].Owner == "team/greedy/s.yaml" && a.Costs[0].Refused > 0 && a.Costs[1].Refused == 0
	})
}

func TestGuards_QueryMemory(t *testing.T) {
	var metrics strings.Builder
	for i := range 500 {
		fmt.Fprintf(&metrics, "m{n=\"%d\"} 1\n", i)
	}
	r := newRig(t, quickBase)
	r.opts.Guards.QueryMemory = size.Bytes(1000)
	r.opts.Guards.RuleMemory = size.Size{}
	r.publish(map[string]string{
		"scrape/a_b_s": job("x", target(t, metrics.String())),
		"rules/a_b_r":  "groups: [{name: g, rules: [{record: total, expr: sum(m)}]}]",
	})
	r.start()
	r.await("rules have a budget of their own", func() bool {
		v := r.query("total")
		return len(v) == 1 && v[0] == "500"
	})
	code, body := r.call(http.MethodGet, "/api/v1/query?query="+url.QueryEscape("sum(m)"))
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, "--guard.query-memory") {
		t.Errorf("%d %s, want an error that names the flag", code, body)
	}
}

func TestGuards_DroppedTargetsAreBounded(t *testing.T) {
	r := newRig(t, quickBase)
	r.opts.Scrape.KeepDroppedTargets = 2
	r.publish(map[string]string{
		"scrape/team_many_s": "scrape_configs: [{job_name: a, static_configs: [{targets: [a, b, c, d, e]}], relabel_configs: [{action: drop}]}]",
		"scrape/team_own_s":  "scrape_configs: [{job_name: b, keep_dropped_targets: 4, static_configs: [{targets: [a, b, c]}], relabel_configs: [{action: drop}]}]",
	})
	r.start()
	var data struct {
		DroppedTargets      []any
		DroppedTargetCounts map[string]int
	}
	r.await("both are synced", func() bool {
		r.api("/targets?state=dropped", &data)
		return data.DroppedTargetCounts["a"] == 5 && data.DroppedTargetCounts["b"] == 3
	})
	if n := len(data.DroppedTargets); n != 2+3 {
		t.Errorf("%d dropped targets are kept, want two of one job and all three of the other", n)
	}
	if n := gauge(r, "kube_monitoring_stack_server_guard_dropped_targets_forgotten"); n != 3 {
		t.Errorf("%v forgotten, want 3", n)
	}
}

func TestGuards_Status(t *testing.T) {
	r := newRig(t, quickBase).start()
	var a guardsAnswer
	r.api("/status/guards", &a)
	if a.Boot == nil || a.Boot.Replaying || a.Boot.Concurrency == 0 || a.Disk == nil || a.Disk.Total == 0 {
		t.Errorf("boot %+v, disk %+v", a.Boot, a.Disk)
	}
}

// TestGuards_ReadsWithoutAQuery asks for too much by every other way to the
// storage, and by the same ways for what is little enough.
func TestGuards_ReadsWithoutAQuery(t *testing.T) {
	var metrics strings.Builder
	for i := range 200 {
		fmt.Fprintf(&metrics, "m{n=\"%d\"} 1\n", i)
	}
	r := newRig(t, quickBase)
	r.opts.Guards.QueryMemory = size.Bytes(3000)
	r.publish(map[string]string{"scrape/a_b_s": job("x", target(t, metrics.String()))})
	r.start()
	r.await("it is scraped", func() bool { return len(r.query(`m{n="199"}`)) == 1 })
	for _, path := range []string{
		"/api/v1/series?match[]=m",
		"/api/v1/label/n/values",
		"/federate?match[]=m",
	} {
		code, body := r.call(http.MethodGet, path)
		if code != http.StatusUnprocessableEntity || !strings.Contains(body, "one request may use 2.9KiB (--guard.query-memory=") {
			t.Errorf("%s: %d %.200s, want an error that names the flag", path, code, body)
		}
	}
	for _, path := range []string{
		`/api/v1/series?match[]=m{n="7"}`,
		"/api/v1/labels",
		`/api/v1/label/n/values?match[]=m{n=~"7."}`,
		`/federate?match[]=m{n="7"}`,
	} {
		if code, body := r.call(http.MethodGet, path); code != http.StatusOK {
			t.Errorf("%s: %d %.200s", path, code, body)
		}
	}
	_, exposed := r.call(http.MethodGet, "/metrics")
	if want := `kube_monitoring_stack_server_guard_query_ended_total{kind="read",reason="share"} 3`; !strings.Contains(exposed, want) {
		t.Errorf("/metrics lacks %s", want)
	}
}
