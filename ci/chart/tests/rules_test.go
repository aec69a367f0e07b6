package tests

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

// ruleYAML is what the chart may change in a rule, and what it may not.
type ruleYAML struct {
	Record        string            `yaml:"record"`
	Alert         string            `yaml:"alert"`
	Expr          string            `yaml:"expr"`
	For           string            `yaml:"for"`
	KeepFiringFor string            `yaml:"keep_firing_for"`
	Labels        map[string]string `yaml:"labels"`
	Annotations   map[string]string `yaml:"annotations"`
}

type groupsYAML struct {
	Groups []struct {
		Name  string     `yaml:"name"`
		Rules []ruleYAML `yaml:"rules"`
	} `yaml:"groups"`
}

func renderedRules(t *testing.T, r *render.Release) map[string]groupsYAML {
	t.Helper()
	out := map[string]groupsYAML{}
	for _, cm := range labeled(t, r) {
		if cm.Labels["kube-monitoring-stack.io/drop-in"] != "rules" {
			continue
		}
		for key, text := range cm.Data {
			out[key] = parseRules(t, []byte(text))
		}
	}
	return out
}

func parseRules(t *testing.T, data []byte) groupsYAML {
	t.Helper()
	var g groupsYAML
	if err := yaml.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// alertsOf are a release's alerts by name and severity.
func alertsOf(t *testing.T, r *render.Release) map[string]ruleYAML {
	t.Helper()
	out := map[string]ruleYAML{}
	for _, file := range renderedRules(t, r) {
		for _, g := range file.Groups {
			for _, rule := range g.Rules {
				if rule.Alert != "" {
					out[rule.Alert+"/"+rule.Labels["severity"]] = rule
				}
			}
		}
	}
	return out
}

// Going through Helm's YAML must not change a rule: only its runbook is added.
func TestRulesArriveAsWritten(t *testing.T) {
	got := renderedRules(t, rendered(t, nil))
	paths, err := filepath.Glob(chartDir + "/charts/content/rules/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no rules in the chart: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := parseRules(t, data)
		for _, g := range want.Groups {
			for _, rule := range g.Rules {
				if rule.Alert != "" {
					rule.Annotations["runbook_url"] = "https://github.com/kube-monitoring-stack/kube-monitoring-stack/blob/main/docs/runbooks/" + rule.Alert + ".md"
				}
			}
		}
		if diff := cmp.Diff(want, got[filepath.Base(path)]); diff != "" {
			t.Errorf("%s changes on its way (-written +rendered):\n%s", path, diff)
		}
	}
}

func TestRuleOverrides(t *testing.T) {
	alerts := alertsOf(t, rendered(t, withValues(map[string]any{"rules": map[string]any{
		"labels":         map[string]any{"team": "platform"},
		"runbookUrl":     "https://runbooks.example.org/",
		"disabledGroups": []any{"control-plane.etcd"},
		"overrides": map[string]any{
			"TargetDown": map[string]any{
				"for": "1h", "keep_firing_for": "5m", "severity": "info", "expr": "up == 0",
				"labels": map[string]any{"page": "no"}, "annotations": map[string]any{"summary": "Down."},
			},
			"NodeCPUHighUsage": map[string]any{"enabled": false},
		},
	}})))
	got, ok := alerts["TargetDown/info"]
	if !ok {
		t.Fatalf("TargetDown has not become an info")
	}
	want := ruleYAML{
		Alert: "TargetDown", Expr: "up == 0", For: "1h", KeepFiringFor: "5m",
		Labels: map[string]string{"severity": "info", "team": "platform", "page": "no"},
		Annotations: map[string]string{
			"summary": "Down.", "description": got.Annotations["description"], "runbook_url": "https://runbooks.example.org/TargetDown.md",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("TargetDown (-want +got):\n%s", diff)
	}
	for _, gone := range []string{"NodeCPUHighUsage/info", "etcdNoLeader/critical"} {
		if _, ok := alerts[gone]; ok {
			t.Errorf("%s is still there", gone)
		}
	}
	if got := alerts["KubeNodeNotReady/warning"].Labels["team"]; got != "platform" {
		t.Errorf("the label for all alerts is %q", got)
	}
}

// Nobody is told that something is missing which was never wanted.
func TestNoAlertsOnWhatIsOff(t *testing.T) {
	for component, alert := range map[string]string{
		"kubelet": "KubeletDown/critical", "apiServer": "KubeAPIDown/critical", "alertmanager": "AlertmanagerDown/critical",
		"kubeStateMetrics": "KubeStateMetricsDown/critical", "coreDns": "CoreDNSDown/critical",
	} {
		if _, ok := alertsOf(t, rendered(t, nil))[alert]; !ok {
			t.Errorf("%s is missing by default", alert)
		}
		off := withValues(map[string]any{component: map[string]any{"enabled": false}})
		if _, ok := alertsOf(t, rendered(t, off))[alert]; ok {
			t.Errorf("%s is there though %s is off", alert, component)
		}
	}
}

func TestRecordsStayWithoutAlerts(t *testing.T) {
	r := rendered(t, withValues(map[string]any{"rules": map[string]any{"alerts": false}}))
	if n := len(alertsOf(t, r)); n > 0 {
		t.Errorf("%d alerts are left", n)
	}
	if _, ok := renderedRules(t, r)["container-records.yaml"]; !ok {
		t.Error("the records of containers are gone, too")
	}
}
