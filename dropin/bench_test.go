package dropin_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

func twentyRules() []byte {
	var b strings.Builder
	b.WriteString("groups:\n- name: g\n  rules:\n")
	for i := range 20 {
		fmt.Fprintf(&b, "  - alert: A%d\n    expr: |\n      sum by (job) (rate(http_requests_total{code=~\"5..\"}[5m])) > %d\n    for: 5m\n    labels: {severity: page}\n    annotations: {summary: '{{ $labels.job }} has {{ $value | humanize }} errors'}\n", i, i)
	}
	return []byte(b.String())
}

func BenchmarkCheckRules(b *testing.B) {
	it := item(dropin.KindRules, twentyRules())
	b.ReportAllocs()
	for b.Loop() {
		if c := dropin.Check(it, policy); !c.OK() {
			b.Fatal(c.Problems)
		}
	}
}

// BenchmarkCheckBadRules has one fault in its last rule: finding its line must
// not cost much more than finding that all is well.
func BenchmarkCheckBadRules(b *testing.B) {
	it := item(dropin.KindRules, append(twentyRules(), "  - {alert: B, expr: a, for: x}\n"...))
	for b.Loop() {
		if c := dropin.Check(it, policy); c.OK() {
			b.Fatal("accepted")
		}
	}
}

func BenchmarkCheckScrape(b *testing.B) {
	it := item(dropin.KindScrape, []byte("scrape_configs:\n- job_name: api\n  kubernetes_sd_configs:\n  - role: endpointslice\n  relabel_configs:\n  - {source_labels: [__meta_kubernetes_service_name], action: keep, regex: api}\n  - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}\n"))
	b.ReportAllocs()
	for b.Loop() {
		if c := dropin.Check(it, policy); !c.OK() {
			b.Fatal(c.Problems)
		}
	}
}

func BenchmarkAssemble5000(b *testing.B) {
	checked := dropin.Check(item(dropin.KindRules, twentyRules()), policy)
	var items []dropin.Checked
	for i := range 5000 {
		c := checked
		c.Ref.Name = fmt.Sprintf("app-%d", i*7919%5000)
		items = append(items, c)
	}
	b.ReportAllocs()
	for b.Loop() {
		if bundle, problems := dropin.Assemble(items, policy); len(problems) > 0 || len(bundle.Manifest().Items) != 5000 {
			b.Fatal(problems)
		}
	}
}

// BenchmarkMergeAlertmanager merges a thousand fragments of which one changed.
func BenchmarkMergeAlertmanager(b *testing.B) {
	var items []dropin.Checked
	for i := range 1000 {
		items = append(items, dropin.Check(dropin.Item{
			Ref: dropin.Ref{Namespace: fmt.Sprintf("team-%d", i), Name: "alerts", Key: "am.yaml"}, Kind: dropin.KindAlertmanager,
			Data: []byte("route: {receiver: chat}\nreceivers: [{name: chat, slack_configs: [{channel: c, text: '{{ template \"slack.default.text\" . }}'}]}]\n"),
		}, policy))
	}
	bundle, _ := dropin.Assemble(items, policy)
	m := dropin.NewAlertmanagerMerger(policy)
	for b.Loop() {
		if _, problems, err := m.Merge(bundle, "templates"); err != nil || len(problems) > 0 {
			b.Fatal(problems, err)
		}
	}
}
