package server

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestStart_FallsBackToWhatLoads(t *testing.T) {
	const good, older, broken = "rules/team_web_rules.yaml", "rules/team_old_rules.yaml", "groups: 7"
	rule := alert("A", "vector(1)", "1h")

	t.Run("to the generation before", func(t *testing.T) {
		r := newRig(t, quickBase)
		before := r.publish(map[string]string{older: rule})
		r.publish(map[string]string{older: rule, good: broken})
		r.start()
		if got := r.s.running.Load().Digest(); got != before {
			t.Errorf("running %s, want the previous %s", got, before)
		}
		if gauge(r, "kube_monitoring_stack_server_generation_fallback") != 1 || gauge(r, "prometheus_config_last_reload_successful") != 0 {
			t.Error("the fallback is silent")
		}

		fellBack := func() *fallback {
			var a dropInsAnswer
			r.api("/status/dropins", &a)
			return a.Fallback
		}
		if f := fellBack(); f == nil || f.Running != "the previous generation" || !strings.Contains(f.Reason, "team/web/rules.yaml") {
			t.Errorf("the API says %+v of the fallback", f)
		}

		// The sidecar goes back to what runs already.
		broken, err := os.Readlink(r.path("live", "current"))
		if err != nil {
			t.Fatal(err)
		}
		r.link("gen-"+before, "current")
		r.mustReload()
		if gauge(r, "kube_monitoring_stack_server_generation_fallback") != 0 || fellBack() != nil {
			t.Error("still said to have fallen back from what runs")
		}
		r.link(broken, "current")
		if code, _ := r.reload(); code == http.StatusOK {
			t.Error("what is broken is accepted")
		}

		// It mends as soon as there is something good.
		r.publish(map[string]string{older: rule, good: rule})
		r.mustReload()
		if gauge(r, "kube_monitoring_stack_server_generation_fallback") != 0 {
			t.Error("still said to have fallen back")
		}
	})
	t.Run("to the base alone", func(t *testing.T) {
		r := newRig(t, quickBase)
		r.publish(map[string]string{older: broken})
		r.publish(map[string]string{good: broken})
		r.start()
		if got := r.s.running.Load().Digest(); got != "" {
			t.Errorf("running %s, want none", got)
		}
		if gauge(r, "kube_monitoring_stack_server_generation_fallback") != 1 {
			t.Error("the fallback is silent")
		}
	})
	t.Run("past damage on disk", func(t *testing.T) {
		r := newRig(t, quickBase)
		// Other bytes: what is damaged should not be the previous one's as well.
		before := r.publish(map[string]string{older: rule + "# older\n"})
		r.publish(map[string]string{good: rule})
		if err := os.WriteFile(r.object(rule), []byte("gro"), 0o644); err != nil {
			t.Fatal(err)
		}
		r.start()
		if got := r.s.running.Load().Digest(); got != before {
			t.Errorf("running %s, want the previous %s", got, before)
		}
	})
	t.Run("not without need", func(t *testing.T) {
		r := newRig(t, quickBase).start() // nothing was ever published
		if gauge(r, "kube_monitoring_stack_server_generation_fallback") != 0 {
			t.Error("said to have fallen back from nothing")
		}
	})
}

func TestNew_RefusesABrokenBase(t *testing.T) {
	r := newRig(t, "global: {scrape_interval: soon}")
	r.opts.Logger, r.opts.Registerer, r.opts.Gatherer = discard(), newRegistry(), newRegistry()
	if _, err := New(r.opts); err == nil || !strings.Contains(err.Error(), "prometheus.yml") {
		t.Errorf("got %v, want an error that names the file", err)
	}
}

func TestRestart_AlertsKeepTheirTimers(t *testing.T) {
	r := newRig(t, quickBase)
	r.opts.Web.EnableRemoteWriteReceiver = true
	r.opts.Rules.Shards = 1 // for the drop-in that comes late to be in a used one
	r.start()
	// What a server writes down whose alerts are pending for half an hour.
	since := time.Now().Add(-30 * time.Minute)
	for _, name := range []string{"Early", "Late"} {
		r.push(float64(since.Unix()), "__name__", "ALERTS_FOR_STATE", "alertname", name)
	}
	r.stop()

	again := *r
	files := map[string]string{"rules/team_early_rules.yaml": alert("Early", "vector(1)", "1h")}
	again.publish(files)
	again.start()
	pendingSince := func(name string) time.Time {
		for _, a := range activeAlerts(&again) {
			if a.Labels.Get("alertname") == name {
				return a.ActiveAt
			}
		}
		return time.Now()
	}
	again.await("the alert is back with its timer", func() bool {
		return pendingSince("Early").Before(since.Add(5 * time.Minute))
	})
	early := pendingSince("Early")

	// The sidecar may be slower than the server.
	files["rules/team_late_rules.yaml"] = alert("Late", "vector(1)", "1h")
	again.publish(files)
	again.mustReload()
	again.await("so is the one that comes late", func() bool {
		return pendingSince("Late").Before(since.Add(5 * time.Minute))
	})
	if now := pendingSince("Early"); !now.Equal(early) {
		t.Errorf("the other alert is active since %v, was %v", now, early)
	}
}

func TestStop_LeavesNothingRunning(t *testing.T) {
	http.DefaultClient.CloseIdleConnections()
	before := goleak.IgnoreCurrent()
	r := newRig(t, quickBase)
	addr := target(t, "m 1\n")
	r.publish(map[string]string{
		"scrape/team_web_scrape.yaml": job("api", addr),
		"rules/team_web_rules.yaml":   alert("A", "m", "1h"),
	})
	r.start()
	r.await("it is scraped", func() bool { return len(r.query("m")) == 1 })
	r.stop()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	goleak.VerifyNone(t, before,
		// The test's own target, closed by its cleanup.
		goleak.IgnoreAnyFunction("net/http/httptest.(*Server).goServe.func1"),
		goleak.IgnoreAnyFunction("net/http.(*conn).serve"),
		// A scrape's connection may turn idle after its pool closed the idle
		// ones; it ends with the target.
		goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"),
		// client-go's, one for the process.
		goleak.IgnoreTopFunction("k8s.io/klog/v2.(*flushDaemon).run.func1"),
	)
}
