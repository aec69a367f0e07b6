package tests

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/alert"
	amconfig "github.com/prometheus/alertmanager/config"
	amcommon "github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
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

// What holds alerts back in Alertmanager itself: severity info where InfoInhibitor fires,
// which is sent to nobody, and what is worse goes out.
func TestInhibitedByDefault(t *testing.T) {
	var rules []amcommon.InhibitRule
	for _, s := range typed[*corev1.Secret](t, rendered(t, nil)) {
		if text, ok := s.StringData["alertmanager.yml"]; ok {
			c, err := amconfig.Load(text)
			if err != nil {
				t.Fatal(err)
			}
			rules = c.InhibitRules
		}
	}
	log := slog.New(slog.DiscardHandler)
	alerts, err := mem.NewAlerts(t.Context(), time.Hour, 0, nil, log, eventrecorder.NopRecorder(), prometheus.NewRegistry(), featurecontrol.NoopFlags{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(alerts.Close)
	inhibited := map[string]bool{"Watchdog": false, "InfoInhibitor": true, "Info": true, "Warning": false, "InfoElsewhere": false}
	firing := map[string]model.LabelSet{
		"Watchdog":      {"severity": "none"},
		"InfoInhibitor": {"severity": "none", "namespace": "team"},
		"Info":          {"severity": "info", "namespace": "team"},
		"Warning":       {"severity": "warning", "namespace": "team"},
		"InfoElsewhere": {"severity": "info", "namespace": "other"},
	}
	for name, labels := range firing {
		labels["alertname"] = model.LabelValue(name)
		a := &alert.Alert{Alert: model.Alert{Labels: labels, StartsAt: time.Now(), EndsAt: time.Now().Add(time.Hour)}}
		if err := alerts.Put(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	inhibitor := inhibit.NewInhibitor(alerts, rules, log, eventrecorder.NopRecorder())
	go inhibitor.Run()
	t.Cleanup(inhibitor.Stop)
	inhibitor.WaitForLoading()
	for name, want := range inhibited {
		if got := inhibitor.Mutes(t.Context(), firing[name]); got != want {
			t.Errorf("%s is held back: %v, want %v", name, got, want)
		}
	}
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
	// Every job gets it, a team's too: by the sidecar, and by nobody twice.
	if args := pods(t, r)["server"].Spec.InitContainers[0].Args; !slices.Contains(args, "--sample-label=cluster=east-1") {
		t.Errorf("the sidecar does not set the label cluster: %v", args)
	}
	for _, job := range jobs(t, r) {
		for _, rule := range job.RelabelConfigs {
			if rule.TargetLabel == "cluster" {
				t.Errorf("job %s sets the label cluster itself", job.JobName)
			}
		}
	}
	if strings.Contains(rendered(t, nil).Manifest, "--sample-label") {
		t.Error("without a name samples are labeled all the same")
	}
}

// Several releases in a cluster do not read each other's drop-ins.
func TestReleasesAreApart(t *testing.T) {
	in := func(namespace, name string, values map[string]any) *render.Release {
		return rendered(t, func(o *render.Options) { o.Namespace, o.Name, o.Values = namespace, name, values })
	}
	long := strings.Repeat("long", 13)
	for want, r := range map[string]*render.Release{
		"monitoring.kube-monitoring-stack": in("monitoring", "kube-monitoring-stack", nil),
		"team.x-kube-monitoring-stack":     in("team", "x", nil),
		"mine":                             in("monitoring", "x", map[string]any{"dropIns": map[string]any{"release": "mine"}}),
		"":                                 in(long, long, nil),
	} {
		var name string
		for component, pod := range pods(t, r) {
			for _, c := range pod.Spec.InitContainers {
				if c.Name != "config-sidecar" {
					continue
				}
				i := slices.IndexFunc(c.Args, func(a string) bool { return strings.HasPrefix(a, "--release=") })
				if i < 0 {
					t.Fatalf("the sidecar of %s takes whatever there is", component)
				}
				name = strings.TrimPrefix(c.Args[i], "--release=")
				if want != "" && name != want {
					t.Errorf("the sidecar of %s is of release %s, want %s", component, name, want)
				}
			}
		}
		if problems := validation.IsValidLabelValue(name); len(problems) > 0 {
			t.Errorf("%q is no label's value: %v", name, problems)
		}
		for _, cm := range labeled(t, r) {
			if cm.Labels[dropin.LabelRelease] != name {
				t.Errorf("%s is for %q, and the release is %s", cm.Name, cm.Labels[dropin.LabelRelease], name)
			}
		}
		if !strings.Contains(r.Notes, "kube-monitoring-stack.io/release="+name) {
			t.Errorf("the notes do not say how to address %s", name)
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
