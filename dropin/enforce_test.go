package dropin_test

import (
	"strings"
	"testing"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	yamlv2 "go.yaml.in/yaml/v2"
	"go.yaml.in/yaml/v3"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

func enforced(namespace string, kind dropin.Kind, text string) dropin.Checked {
	p := policy
	p.EnforceNamespace = true
	return dropin.Check(dropin.Item{
		Ref: dropin.Ref{Namespace: namespace, Name: "app", Key: "f.yaml"}, Kind: kind, Data: []byte(text),
	}, p)
}

func rulesWith(rule string) string {
	return "groups:\n- name: g\n  rules:\n  - " + strings.ReplaceAll(rule, "\n", "\n    ") + "\n"
}

func TestEnforcedExpressions(t *testing.T) {
	for expr, want := range map[string]string{
		`up`:                           `up{namespace="team"}`,
		`sum by (job) (rate(a[5m]))`:   `sum by (job) (rate(a{namespace="team"}[5m]))`,
		`a{namespace="team"} / on() b`: `a{namespace="team"} / on () b{namespace="team"}`,
		`a{namespace=~"team|other"}`:   `a{namespace="team"}`,
		`absent(x offset 5m)`:          `absent(x{namespace="team"} offset 5m)`,
		`max_over_time(a[1h:5m])`:      `max_over_time(a{namespace="team"}[1h:5m])`,
		`vector(1)`:                    `vector(1)`,
	} {
		c := enforced("team", dropin.KindRules, rulesWith("record: r\nexpr: '"+expr+"'"))
		if !c.OK() {
			t.Errorf("%s: %v", expr, c.Problems)
			continue
		}
		var file struct {
			Groups []struct {
				Rules []struct {
					Expr   string
					Labels map[string]string
				}
			}
		}
		if err := yaml.Unmarshal(c.Published, &file); err != nil {
			t.Fatal(err)
		}
		rule := file.Groups[0].Rules[0]
		if rule.Expr != want || rule.Labels["namespace"] != "team" {
			t.Errorf("%s became %s with labels %v, want %s", expr, rule.Expr, rule.Labels, want)
		}
	}
}

func TestEnforcementRefuses(t *testing.T) {
	for name, rule := range map[string]string{
		"another namespace":        "record: r\nexpr: 'a{namespace=\"kube-system\"}'",
		"the others":               "record: r\nexpr: 'a{namespace!=\"team\"}'",
		"a query in a template":    "alert: A\nexpr: up\nannotations: {summary: '{{ range query \"up\" }}{{ .Value }}{{ end }}'}",
		"a query behind a pipe":    "alert: A\nexpr: up\nannotations: {summary: '{{ if true }}{{ \"up\" | query }}{{ end }}'}",
		"a query in a definition":  "alert: A\nexpr: up\nannotations: {summary: '{{ define \"x\" }}{{ with query \"up\" }}{{ end }}{{ end }}{{ template \"x\" }}'}",
		"another namespace's name": "alert: A\nexpr: up\nlabels: {namespace: kube-system}",
	} {
		c := enforced("team", dropin.KindRules, rulesWith(rule))
		if len(c.Problems) != 1 || c.Problems[0].Code != dropin.CodeRuleNamespace || c.Problems[0].Line == 0 ||
			!strings.Contains(c.Problems[0].Remedy, "dropIns.trustedNamespaces") {
			t.Errorf("%s: %v", name, c.Problems)
		}
	}
	for name, rule := range map[string]string{
		"a label that is called query": "alert: A\nexpr: up\nannotations: {summary: 'of {{ $labels.query }}'}",
		"its own name":                 "alert: A\nexpr: up\nlabels: {namespace: '{{ $labels.namespace }}'}",
	} {
		if c := enforced("team", dropin.KindRules, rulesWith(rule)); !c.OK() {
			t.Errorf("%s: %v", name, c.Problems)
		}
	}
	trusted := rulesWith("record: r\nexpr: a{namespace=\"x\"}")
	if c := enforced(policy.Trusted[0], dropin.KindRules, trusted); !c.OK() || string(c.Published) != trusted {
		t.Errorf("a trusted namespace is enforced: %v", c.Problems)
	}
}

// Whatever a job or its target says, targets and samples carry the namespace.
func TestStampedJobs(t *testing.T) {
	c := enforced("team", dropin.KindScrape, `
scrape_configs:
- job_name: a
  honor_labels: true
  static_configs:
  - targets: [a:1]
    labels: {namespace: kube-system}
  metric_relabel_configs:
  - {target_label: namespace, replacement: default}
`)
	if !c.OK() {
		t.Fatal(c.Problems)
	}
	var file config.ScrapeConfigs
	if err := yamlv2.UnmarshalStrict(c.Published, &file); err != nil {
		t.Fatal(err)
	}
	job := file.ScrapeConfigs[0]
	if err := job.Validate(config.DefaultGlobalConfig); err != nil {
		t.Fatal(err)
	}
	for _, rules := range [][]*relabel.Config{job.RelabelConfigs, job.MetricRelabelConfigs} {
		b := labels.NewBuilder(labels.FromStrings("namespace", "kube-system"))
		if keep := relabel.ProcessBuilder(b, rules...); !keep || b.Get("namespace") != "team" {
			t.Errorf("got %s", b.Labels())
		}
	}
}
