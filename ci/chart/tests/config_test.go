package tests

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	amconfig "github.com/prometheus/alertmanager/config"
	"github.com/prometheus/prometheus/config"
	corev1 "k8s.io/api/core/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

// The configuration files load in the programs they are for.
func TestConfigurationsLoad(t *testing.T) {
	forEachValues(t, func(t *testing.T, _ map[string]any, r *render.Release) {
		base := baseConfig(t, r)
		if base == nil {
			t.Error("there is no prometheus.yml")
		}
		for _, s := range typed[*corev1.Secret](t, r) {
			if text, ok := s.StringData["alertmanager.yml"]; ok {
				if _, err := amconfig.Load(text); err != nil {
					t.Errorf("alertmanager.yml: %v", err)
				}
			}
		}
	})
}

func baseConfig(t *testing.T, r *render.Release) *config.Config {
	t.Helper()
	for _, cm := range typed[*corev1.ConfigMap](t, r) {
		if text, ok := cm.Data["prometheus.yml"]; ok {
			c, err := config.Load(text, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatalf("prometheus.yml: %v", err)
			}
			return c
		}
	}
	return nil
}

func TestClusterName(t *testing.T) {
	r := rendered(t, withValues(map[string]any{"global": map[string]any{"clusterName": "east-1"}}))
	if got := baseConfig(t, r).GlobalConfig.ExternalLabels.Get("cluster"); got != "east-1" {
		t.Errorf("external label cluster is %q", got)
	}
	for _, job := range jobs(t, r) {
		last := job.RelabelConfigs[len(job.RelabelConfigs)-1]
		if last.TargetLabel != "cluster" || last.Replacement != "east-1" {
			t.Errorf("job %s does not set the label cluster", job.JobName)
		}
	}
}

// The server hears of every Alertmanager replica, and of those the user has.
func TestAlertmanagers(t *testing.T) {
	r := rendered(t, withValues(map[string]any{
		"alertmanager": map[string]any{"replicas": 3},
		"server": map[string]any{"alertmanagers": []any{map[string]any{
			"static_configs": []any{map[string]any{"targets": []any{"other:9093"}}},
		}}},
	}))
	if got := len(baseConfig(t, r).AlertingConfig.AlertmanagerConfigs); got != 2 {
		t.Errorf("%d groups of Alertmanagers, want 2", got)
	}
	if got := strings.Count(r.Manifest, "alertmanager-headless.monitoring.svc:9093\n"); got != 3 {
		t.Errorf("%d replicas are sent to, want 3", got)
	}
	peers := 0
	for _, arg := range pods(t, r)["alertmanager"].Spec.Containers[0].Args {
		if strings.HasPrefix(arg, "--cluster.peer=") {
			peers++
		}
	}
	if peers != 3 {
		t.Errorf("Alertmanager has %d peers, want 3", peers)
	}
}

// The limit for samples follows the volume's size.
func TestRetentionSize(t *testing.T) {
	for size, want := range map[string]string{
		"20Gi": "16384MB", "1Ti": "838860MB", "100G": "76293MB", "500Mi": "400MB",
	} {
		r := rendered(t, withValues(map[string]any{
			"server": map[string]any{"persistence": map[string]any{"size": size}},
		}))
		if args := pods(t, r)["server"].Spec.Containers[0].Args; !slices.Contains(args, "--storage.tsdb.retention.size="+want) {
			t.Errorf("volume of %s: want a limit of %s in %v", size, want, args)
		}
	}
}
