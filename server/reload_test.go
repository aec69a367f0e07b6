package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/rules"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

func TestReload_DropInsAreScrapedAndEvaluated(t *testing.T) {
	r := newRig(t, quickBase).start()
	addr := target(t, "requests_total 7\n")
	digest := r.publish(map[string]string{
		"scrape/team_web_scrape.yaml": job("team/web/scrape.yaml/api", addr),
		"rules/team_web_rules.yaml":   "groups:\n- name: g\n  rules:\n  - record: doubled\n    expr: requests_total * 2\n",
	})
	a := r.mustReload()
	if a.Digest != digest || a.Changed[dropin.KindScrape] != 1 || a.Changed[dropin.KindRules] != 1 {
		t.Errorf("answer %+v, want digest %s and one change of each kind", a, digest)
	}
	r.await("the rule has a result", func() bool {
		v := r.query("doubled")
		return len(v) == 1 && v[0] == "14"
	})

	var got struct{ Groups []struct{ File, Name string } }
	r.api("/rules", &got)
	if len(got.Groups) != 1 || got.Groups[0].File != "team/web/rules.yaml" {
		t.Errorf("groups %+v, want one whose file is the Ref", got.Groups)
	}
	var status dropInsAnswer
	r.api("/status/dropins", &status)
	if status.Digest != digest || len(status.Items) != 2 || status.Items[0].Ref.Name != "web" {
		t.Errorf("status %+v", status)
	}

	r.publish(map[string]string{})
	r.mustReload()
	r.await("the job is gone", func() bool { return len(r.s.discovery.scrape.TargetsActive()) == 0 })
	if n := len(r.s.evaluator.RuleGroups()); n != 0 {
		t.Errorf("%d rule groups left", n)
	}
}

func TestReload_ErrorLeavesPreviousStateIntact(t *testing.T) {
	r := newRig(t, quickBase).start()
	addr := target(t, "m 1\n")
	good := map[string]string{
		"scrape/team_web_scrape.yaml": job("good", addr),
		"rules/team_web_rules.yaml":   alert("Good", "m == 1", "1h"),
	}
	digest := r.publish(good)
	r.mustReload()
	r.await("the alert is pending", func() bool { return len(activeAlerts(r)) == 1 })
	before := activeAlerts(r)[0]

	for name, tc := range map[string]struct {
		file, content string
		says          string
	}{
		"expression":    {"rules/evil_x_rules.yaml", alert("Bad", "sum(", "1m"), "parse error"},
		"unknown field": {"scrape/evil_x_scrape.yaml", "scrape_configs:\n- job_nam: x\n", "job_nam"},
		"duplicate job": {"scrape/zzz_x_scrape.yaml", job("good", addr), "first found in team/web/scrape.yaml"},
		"no such certificate": {"scrape/evil_x_scrape.yaml",
			"scrape_configs:\n- job_name: x\n  tls_config: {ca_file: /does/not/exist}\n", "/does/not/exist"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{tc.file: tc.content, "scrape/team_new_scrape.yaml": job("new", addr)}
			for f, c := range good {
				files[f] = c
			}
			refused := r.publish(files)
			code, a := r.reload()
			if code != http.StatusUnprocessableEntity || a.Digest != digest || a.Refused != refused {
				t.Fatalf("answered %d %+v, want 422, running %s, refused %s", code, a, digest, refused)
			}
			if len(a.Items) != 1 || !strings.Contains(a.Items[0].Error, tc.says) || !strings.Contains(tc.file, a.Items[0].Ref.FileName()) {
				t.Errorf("items %+v, want %s with %q", a.Items, tc.file, tc.says)
			}
			if pools := r.s.discovery.scrape.ScrapePools(); len(pools) != 1 || pools[0] != "good" {
				t.Errorf("pools %q, want only the good one", pools)
			}
			if now := activeAlerts(r); len(now) != 1 || !now[0].ActiveAt.Equal(before.ActiveAt) {
				t.Errorf("alert was touched: %+v, was %+v", now, before)
			}
			if v := gauge(r, "prometheus_config_last_reload_successful"); v != 0 {
				t.Errorf("last_reload_successful is %v", v)
			}
		})
	}
	r.publish(good)
	r.mustReload()
	if v := gauge(r, "prometheus_config_last_reload_successful"); v != 1 {
		t.Errorf("last_reload_successful is %v after a good reload", v)
	}
}

func TestReload_BrokenBaseDoesNotHoldBackDropIns(t *testing.T) {
	r := newRig(t, quickBase).start()
	addr := target(t, "m 1\n")
	r.write("prometheus.yml", "global: {scrape_interval: nonsense}")
	digest := r.publish(map[string]string{"scrape/team_web_scrape.yaml": job("new", addr)})

	code, a := r.reload() // the public door is strict
	if code != http.StatusUnprocessableEntity || a.Base == "" {
		t.Errorf("answered %d %+v, want 422 and a reason", code, a)
	}
	if a.Digest != digest {
		t.Errorf("running %q, want the new generation %q", a.Digest, digest)
	}
	r.await("the job is scraped", func() bool { return len(r.query("m")) == 1 })
}

func TestReload_AlertStateSurvivesEdits(t *testing.T) {
	r := newRig(t, quickBase).start()
	files := map[string]string{"rules/team_web_rules.yaml": alert("Slow", "vector(1)", "1h")}
	r.publish(files)
	r.mustReload()
	r.await("the alert is pending", func() bool { return len(activeAlerts(r)) == 1 })
	since := activeAlerts(r)[0].ActiveAt

	// The same rule among others: its group is a new one for Prometheus.
	files["rules/team_web_rules.yaml"] += "  - alert: Other\n    expr: vector(2)\n"
	files["rules/team_other_rules.yaml"] = alert("Third", "vector(3)", "1h")
	r.publish(files)
	r.mustReload()
	r.await("the edit is evaluated", func() bool { return len(activeAlerts(r)) == 3 })
	evals := groupEvals(r)
	r.await("it was evaluated often enough to restore anything", func() bool { return groupEvals(r) > evals+12 })
	for _, a := range activeAlerts(r) {
		if a.Labels.Get("alertname") == "Slow" && !a.ActiveAt.Equal(since) {
			t.Errorf("active since %v, was %v", a.ActiveAt, since)
		}
	}

	// External labels are part of every alert, though not of its text.
	r.write("prometheus.yml", strings.Replace(quickBase, "{scrape", "{external_labels: {cluster: blue}, scrape", 1))
	r.mustReload()
	for _, a := range activeAlerts(r) {
		if a.Labels.Get("alertname") == "Slow" && !a.ActiveAt.Equal(since) {
			t.Errorf("active since %v after a change of external labels, was %v", a.ActiveAt, since)
		}
	}
}

// Those who wait for somebody else's reload and give up must not be reloaded for later.
func TestReload_NotForWhoeverLeft(t *testing.T) {
	r := newRig(t, quickBase).start()
	r.publish(map[string]string{"rules/team_web_rules.yaml": alert("A", "vector(1)", "1h")})
	running := r.s.running.Load()
	ctx, leave := context.WithCancel(t.Context())
	r.s.reloading.Lock()
	done := make(chan error)
	go func() {
		_, err := r.s.Reload(ctx, false)
		done <- err
	}()
	leave()
	r.s.reloading.Unlock()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that the asker left", err)
	}
	if r.s.running.Load() != running {
		t.Error("reloaded for nobody")
	}
	r.mustReload()
	if r.s.running.Load() == running {
		t.Error("the next one to ask was not reloaded for")
	}
}

func TestReload_EqualInputIsANoOp(t *testing.T) {
	r := newRig(t, quickBase).start()
	r.publish(map[string]string{"rules/team_web_rules.yaml": alert("A", "vector(1)", "1h")})
	r.mustReload()
	running, updates := r.s.running.Load(), r.s.evaluator.Updates()
	res, err := r.s.Reload(t.Context(), false)
	if err != nil || res.Digest != running.Digest() {
		t.Fatalf("%+v, %v", res, err)
	}
	if r.s.running.Load() != running || r.s.evaluator.Updates() != updates {
		t.Error("an equal generation was applied again")
	}
}

func TestReload_CostsWhatChanged(t *testing.T) {
	r := newRig(t, quickBase).start()
	addr := target(t, "m 1\n")
	files := map[string]string{}
	for _, team := range strings.Fields("a b c d e f g h i j k l m n o p q r s t u v w x y z") {
		files["scrape/"+team+"_x_s.yaml"] = job(team, addr)
		files["rules/"+team+"_x_r.yaml"] = alert(team, "vector(1)", "1h")
	}
	r.publish(files)
	r.mustReload()
	before, updates := r.s.running.Load(), r.s.evaluator.Updates()

	files["rules/c_x_r.yaml"] = alert("c", "vector(2)", "1h")
	files["scrape/d_x_s.yaml"] += "  scrape_interval: 200ms\n"
	r.publish(files)
	a := r.mustReload()
	if a.Changed[dropin.KindScrape] != 1 || a.Changed[dropin.KindRules] != 1 {
		t.Errorf("changed %v, want one of each", a.Changed)
	}
	if n := r.s.evaluator.Updates() - updates; n != 1 {
		t.Errorf("%d shards were updated for one rule file, want 1", n)
	}
	after := r.s.running.Load()
	for i, j := range after.Merged.ScrapeConfigs {
		same := j == before.Merged.ScrapeConfigs[i]
		if want := j.JobName != "d"; same != want {
			t.Errorf("job %s kept its pointer: %v, want %v", j.JobName, same, want)
		}
	}
}

// activeAlerts returns the pending and firing alerts of all rules.
func activeAlerts(r *rig) (out []*rules.Alert) {
	for _, rule := range r.s.evaluator.AlertingRules() {
		out = append(out, rule.ActiveAlerts()...)
	}
	return out
}

func groupEvals(r *rig) float64 { return gauge(r, "prometheus_rule_group_iterations_total") }

// gauge sums a metric of the server over its labels.
func gauge(r *rig, name string) (sum float64) {
	r.t.Helper()
	families, err := r.opts.Gatherer.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.Metric {
				sum += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return sum
}
