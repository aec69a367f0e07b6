package tests

import (
	"encoding/json"
	"log/slog"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

// A rule or panel must not ask for what our own jobs throw away.
func TestNothingUsedIsDropped(t *testing.T) {
	byLabel := map[string][]*config.ScrapeConfig{}
	for _, job := range jobs(t, rendered(t, nil)) {
		byLabel[jobLabel(job)] = append(byLabel[jobLabel(job)], job)
	}
	used := 0
	for where, expr := range expressions(t) {
		for _, s := range selectors(t, where, expr) {
			candidates := byLabel[value(s, "job")]
			if len(candidates) == 0 {
				continue
			}
			used++
			if !survives(s, candidates) {
				t.Errorf("%s asks for %s, which every job %q drops", where, s, value(s, "job"))
			}
		}
	}
	t.Logf("%d selectors of our own jobs", used)
	if used < 100 {
		t.Error("too few selectors were looked at")
	}
}

// survives says whether some job would keep a series that the selector asks for.
func survives(s *parser.VectorSelector, jobs []*config.ScrapeConfig) bool {
	b := labels.NewBuilder(labels.EmptyLabels())
	for _, m := range s.LabelMatchers {
		if m.Type == labels.MatchEqual {
			b.Set(m.Name, m.Value)
		}
	}
	// What the rules for control groups look at: a container is in a pod.
	if strings.HasPrefix(s.Name, "container_") {
		b.Set("pod", "p").Set("id", "/kubepods/p/c")
	}
	for _, job := range jobs {
		if path := b.Get("metrics_path"); path != "" && path != job.MetricsPath {
			continue
		}
		if relabel.ProcessBuilder(labels.NewBuilder(b.Labels()), job.MetricRelabelConfigs...) {
			return true
		}
	}
	return false
}

func value(s *parser.VectorSelector, label string) string {
	for _, m := range s.LabelMatchers {
		if m.Name == label && m.Type == labels.MatchEqual {
			return m.Value
		}
	}
	return ""
}

func selectors(t *testing.T, where, expr string) []*parser.VectorSelector {
	t.Helper()
	tree, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	var out []*parser.VectorSelector
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		if s, ok := node.(*parser.VectorSelector); ok {
			out = append(out, s)
		}
		return nil
	})
	return out
}

// expressions are all of rules and dashboards, by where they are.
func expressions(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	maps.Copy(out, ruleExpressions(t))
	files, err := globFiles(os.DirFS(chartDir+"/charts/content/dashboards"), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range files {
		var tree any
		if err := json.Unmarshal([]byte(text), &tree); err != nil {
			t.Fatal(err)
		}
		collectExpr(file, tree, out)
	}
	return out
}

// collectExpr takes every "expr" of a dashboard, variables filled in.
func collectExpr(where string, v any, out map[string]string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			collectExpr(where, e, out)
		}
	case map[string]any:
		if title, ok := v["title"].(string); ok {
			where += "/" + title
		}
		for key, e := range v {
			if expr, ok := e.(string); ok && key == "expr" {
				out[where+"/"+v["refId"].(string)] = strings.ReplaceAll(expr, "$__rate_interval", "5m")
				continue
			}
			collectExpr(where, e, out)
		}
	}
}

func ruleExpressions(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for file, groups := range ruleFiles(t, rendered(t, nil)) {
		for _, g := range groups.Groups {
			for i, rule := range g.Rules {
				out[strings.Join([]string{file, g.Name, rule.Alert + rule.Record, string(rune('a' + i))}, "/")] = rule.Expr
			}
		}
	}
	return out
}

// ruleFiles are the rules of a release by file name.
func ruleFiles(t *testing.T, r *render.Release) map[string]*rulefmt.RuleGroups {
	t.Helper()
	out := map[string]*rulefmt.RuleGroups{}
	for _, cm := range labeled(t, r) {
		if cm.Labels["kube-monitoring-stack.io/drop-in"] != "rules" {
			continue
		}
		for key, text := range cm.Data {
			groups, errs := rulefmt.Parse([]byte(text), false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
			if len(errs) > 0 {
				t.Fatalf("%s: %v", key, errs)
			}
			out[key] = groups
		}
	}
	return out
}

// The test above sees a drop when there is one.
func TestDropsAreSeen(t *testing.T) {
	byLabel := map[string][]*config.ScrapeConfig{}
	for _, job := range jobs(t, rendered(t, nil)) {
		byLabel[jobLabel(job)] = append(byLabel[jobLabel(job)], job)
	}
	for expr, want := range map[string]bool{
		`container_memory_rss{job="kubelet", metrics_path="/metrics/cadvisor"}`:        true,
		`container_spec_cpu_period{job="kubelet", metrics_path="/metrics/cadvisor"}`:   false,
		`kubelet_volume_stats_used_bytes{job="kubelet"}`:                               true,
		`apiserver_request_duration_seconds_bucket{job="apiserver"}`:                   false,
		`apiserver_request_sli_duration_seconds_bucket{job="apiserver", le="5.0"}`:     true,
		`apiserver_request_sli_duration_seconds_bucket{job="apiserver", le="0.6"}`:     false,
		`container_network_receive_bytes_total{job="kubelet", interface="eth0"}`:       true,
		`container_memory_failures_total{job="kubelet", metrics_path="/metrics/none"}`: false,
	} {
		s := selectors(t, "test", expr)[0]
		if got := survives(s, byLabel[value(s, "job")]); got != want {
			t.Errorf("%s survives: %v, want %v", expr, got, want)
		}
	}
}
