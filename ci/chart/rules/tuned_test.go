package rules

import (
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

const chartDir = "../../../charts/kube-monitoring-stack"

// overridden are the alerts of a release with overrides, by name and severity.
func overridden(t *testing.T, overrides map[string]any) map[string]rulefmt.Rule {
	t.Helper()
	o := render.DefaultOptions(chartDir)
	o.Values = map[string]any{"rules": map[string]any{"overrides": overrides}}
	r, err := render.Render(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]rulefmt.Rule{}
	for _, u := range r.Objects {
		if u.GetLabels()["kube-monitoring-stack.io/drop-in"] != "rules" {
			continue
		}
		var cm corev1.ConfigMap
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &cm); err != nil {
			t.Fatal(err)
		}
		for key, text := range cm.Data {
			groups, errs := rulefmt.Parse([]byte(text), false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
			if len(errs) > 0 {
				t.Fatalf("%s: %v", key, errs)
			}
			for _, rule := range (File{Groups: groups.Groups}).alerts() {
				for _, alert := range rule {
					out[alert.Alert+"/"+alert.Labels["severity"]] = alert
				}
			}
		}
	}
	return out
}

// A value changes a number wherever the alert says it, and nothing else.
func TestTunedByValues(t *testing.T) {
	before := overridden(t, nil)
	after := overridden(t, map[string]any{
		// The new warning is the old critical: one must not be taken for the other.
		"NodeFilesystemAlmostOutOfSpace": map[string]any{"thresholds": map[string]any{"warningFreePercent": 3, "criticalFreePercent": 1}},
		"KubePersistentVolumeFillingUp":  map[string]any{"thresholds": map[string]any{"days": 2}},
		"NodeClockSkewDetected":          map[string]any{"thresholds": map[string]any{"seconds": 0.5}},
		"KubeNodeNotReady":               map[string]any{"for": "3m"},
		"NodeSystemSaturation":           map[string]any{"for": "10m", "thresholds": map[string]any{"loadPerCpu": 8}},
		"NodeCPUHighUsage":               map[string]any{"thresholds": map[string]any{"busyPercent": 50}, "expr": "up == 0"},
	})
	for alert, changes := range map[string][]string{
		"NodeFilesystemAlmostOutOfSpace/warning":  {"< 5", "< 3"},
		"NodeFilesystemAlmostOutOfSpace/critical": {"< 3", "< 1", "full to the last per cent", "all but full"},
		"KubePersistentVolumeFillingUp/warning":   {"4 * 24 * 3600", "2 * 24 * 3600", "within four days", "within 2 days", "in four days", "in 2 days"},
		"NodeClockSkewDetected/warning":           {"0.05", "0.5"},
		"KubeNodeNotReady/warning":                {"for 15 minutes", "for 3m"},
		"NodeSystemSaturation/warning":            {"> 3", "> 8", "for half an hour", "for 10m"},
	} {
		want := before[alert]
		replacer := strings.NewReplacer(changes...)
		want.Expr = replacer.Replace(want.Expr)
		want.Annotations = maps.Clone(want.Annotations)
		for _, key := range []string{"summary", "description"} {
			want.Annotations[key] = replacer.Replace(want.Annotations[key])
		}
		got := after[alert]
		if want.Expr == before[alert].Expr && !strings.HasPrefix(alert, "KubeNodeNotReady") {
			t.Errorf("%s: the test expects no change", alert)
		}
		if got.Expr != want.Expr || !maps.Equal(got.Annotations, want.Annotations) {
			t.Errorf("%s is now\n%s\n%v\nwant\n%s\n%v", alert, got.Expr, got.Annotations, want.Expr, want.Annotations)
		}
	}
	if got := after["KubeNodeNotReady/warning"].For.String(); got != "3m" {
		t.Errorf("KubeNodeNotReady waits for %s, want 3m", got)
	}
	if got := after["NodeCPUHighUsage/info"].Expr; got != "up == 0" {
		t.Errorf("an expression given in full becomes %q", got)
	}
}

func TestWrongOverridesAreRefused(t *testing.T) {
	for want, overrides := range map[string]map[string]any{
		`there is no alert "NodeCpuHighUsage"`: {"NodeCpuHighUsage": map[string]any{"enabled": false}},
		`there is: busyPercent`:                {"NodeCPUHighUsage": map[string]any{"thresholds": map[string]any{"percent": 50}}},
		`there is: none`:                       {"Watchdog": map[string]any{"thresholds": map[string]any{"percent": 50}}},
	} {
		o := render.DefaultOptions(chartDir)
		o.Values = map[string]any{"rules": map[string]any{"overrides": overrides}}
		if _, err := render.Render(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want one that says %q", overrides, err, want)
		}
	}
}
