package tests

import (
	"testing"

	"github.com/prometheus/prometheus/config"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

// jobsWith are the jobs of a release with a profile, by the label job.
func jobsWith(t *testing.T, metrics map[string]any) map[string][]*config.ScrapeConfig {
	t.Helper()
	out := map[string][]*config.ScrapeConfig{}
	values := map[string]any{"metrics": metrics}
	for _, job := range jobs(t, rendered(t, func(o *render.Options) { o.Values = values })) {
		out[jobLabel(job)] = append(out[jobLabel(job)], job)
	}
	return out
}

// Each profile keeps what rules and dashboards use.
func TestProfilesKeepWhatIsUsed(t *testing.T) {
	for _, profile := range []string{"minimal", "default", "full"} {
		byLabel := jobsWith(t, map[string]any{"profile": profile})
		for where, expr := range expressions(t) {
			for _, s := range selectors(t, where, expr) {
				// The server makes up itself, after all relabeling.
				if candidates := byLabel[value(s, "job")]; s.Name != "up" && len(candidates) > 0 && !survives(s, candidates) {
					t.Errorf("with the profile %s every job %q drops %s, which %s asks for", profile, value(s, "job"), s, where)
				}
			}
		}
	}
}

// What nobody uses goes with one profile, what is large and used by nobody with
// another, nothing with the third; and what a user asks for stays.
func TestProfilesDiffer(t *testing.T) {
	const (
		small = `kube_ingress_info{job="kube-state-metrics"}`
		large = `apiserver_request_duration_seconds_bucket{job="apiserver"}`
	)
	for profile, want := range map[string][2]bool{"minimal": {false, false}, "default": {true, false}, "full": {true, true}} {
		byLabel := jobsWith(t, map[string]any{"profile": profile})
		for i, expr := range []string{small, large} {
			s := selectors(t, "test", expr)[0]
			if got := survives(s, byLabel[value(s, "job")]); got != want[i] {
				t.Errorf("with the profile %s %s survives: %v, want %v", profile, s, got, want[i])
			}
		}
	}
	kept := jobsWith(t, map[string]any{"profile": "minimal", "keep": map[string]any{"kube-state-metrics": "kube_ingress_.+"}})
	if s := selectors(t, "test", small)[0]; !survives(s, kept["kube-state-metrics"]) {
		t.Errorf("%s is dropped though it is to be kept", s)
	}
}
