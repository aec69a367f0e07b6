package server

import (
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// TestDropIns_Cost: the API tells of each drop-in what it costs in series,
// samples a second and rule seconds.
func TestDropIns_Cost(t *testing.T) {
	r := newRig(t, quickBase+"rule_files: [base-rules.yml]\n")
	r.write("base-rules.yml", "groups: [{name: b, rules: [{record: of_base, expr: vector(1)}]}]")
	r.publish(map[string]string{
		"scrape/team_web_s.yaml": job("team/web/s.yaml/api", target(t, "a{n=\"1\"} 1\na{n=\"2\"} 1\na{n=\"3\"} 1\n")),
		"rules/team_sum_r.yaml":  "groups: [{name: g, interval: 200ms, rules: [{record: copy, expr: a}, {record: one, expr: vector(1)}]}]",
	})
	r.start()
	byOwner := map[string]cost{}
	r.await("all are scraped and evaluated", func() bool {
		var a dropInsAnswer
		r.api("/status/dropins", &a)
		clear(byOwner)
		for _, c := range a.Costs {
			byOwner[c.Owner] = c
		}
		rules := byOwner["team/sum/r.yaml"].Rules
		return byOwner["team/web/s.yaml"].Series > 3 && rules != nil && rules.Series == 4 && byOwner[r.path("base-rules.yml")].Rules != nil
	})

	web := byOwner["team/web/s.yaml"]
	if web.DropIn == nil || *web.DropIn != (dropin.Ref{Namespace: "team", Name: "web", Key: "s.yaml"}) || web.Rules != nil {
		t.Errorf("the scrape drop-in is %+v", web)
	}
	if want := float64(web.Series) * 10; web.SamplesPerSecond != want || web.Targets != 1 {
		t.Errorf("%v samples a second of %d targets, want %v of 1", web.SamplesPerSecond, web.Targets, want)
	}
	sum := byOwner["team/sum/r.yaml"]
	if sum.DropIn == nil || sum.DropIn.Name != "sum" || sum.Series != 0 {
		t.Errorf("the rules drop-in is %+v", sum)
	}
	if c := sum.Rules; c.Rules != 2 || c.Seconds <= 0 || c.SamplesPerSecond != 4/0.2 {
		t.Errorf("its rules cost %+v", c)
	}
	if c := sum.Rules; c.SecondsPerSecond < 4.9*c.Seconds || c.SecondsPerSecond > 5.1*c.Seconds {
		t.Errorf("%v of the time, want five times %v", c.SecondsPerSecond, c.Seconds)
	}
	if base := byOwner[r.path("base-rules.yml")]; base.DropIn != nil || base.Rules.Rules != 1 {
		t.Errorf("the rules of the base are %+v", base)
	}
}
