package dropin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// TestCostIsBounded: no drop-in of the size of a ConfigMap keeps the check, and
// with it everyone else's drop-ins, waiting for long. The limit is far above
// what is needed and far below what these took without bounds, which was
// minutes.
func TestCostIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const limit = time.Minute
	rules := "groups:\n- name: g\n  rules:\n"
	job := "scrape_configs:\n- job_name: a\n"
	var unknown strings.Builder
	for i := range 1900 {
		fmt.Fprintf(&unknown, "  unknown%d: b\n", i)
	}
	for name, it := range map[string]dropin.Item{
		"nested parentheses":        item(dropin.KindRules, []byte(rules+"  - {record: a, expr: '"+strings.Repeat("(", 300_000)+"'}\n")),
		"deep expressions":          item(dropin.KindRules, []byte(rules+strings.Repeat("  - {record: a, expr: '"+strings.Repeat("(", 990)+"1"+strings.Repeat(")", 990)+"'}\n", 100))),
		"a fault after many rules":  item(dropin.KindRules, []byte(rules+strings.Repeat("  - {record: a, expr: b}\n", 20_000)+"  - {record: a, expr: b, for: x}\n")),
		"many faults":               item(dropin.KindRules, []byte(rules+strings.Repeat("  - {record: a, expr: b, foo: x}\n", 10_000))),
		"many unknown fields":       item(dropin.KindScrape, []byte(job+unknown.String())),
		"many bad relabeling rules": item(dropin.KindScrape, []byte(job+"  relabel_configs:\n"+strings.Repeat("  - {action: nope}\n", 20_000))),
		"many duplicate keys":       item(dropin.KindScrape, []byte(strings.Repeat("a: b\n", 100_000))),
		"many bad routes":           item(dropin.KindAlertmanager, []byte("route:\n  routes:\n"+strings.Repeat("  - {matchers: ['=']}\n", 20_000))),
		"a fault after receivers":   item(dropin.KindAlertmanager, []byte("receivers:\n"+manyReceivers(2_000)+"- {name: z, webhook_configs: [{url: x}]}\n")),
		"many templates":            templates(strings.Repeat("{{ if 1 }}", 100_000)),
		"nested in templates":       templates("{{ " + strings.Repeat("(", 500_000)),
		"many open brackets":        item(dropin.KindScrape, []byte(strings.Repeat("[", 500_000))),
	} {
		start := time.Now()
		c := dropin.Check(it, dropin.Policy{})
		took := time.Since(start)
		t.Logf("%s: %v, %d problems", name, took.Round(time.Millisecond), len(c.Problems))
		if took > limit {
			t.Errorf("%s: took %v", name, took)
		}
		if c.OK() != (name == "deep expressions") || len(c.Problems) > 20 {
			t.Errorf("%s: problems %v", name, c.Problems)
		}
	}
}

func manyReceivers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "- {name: r%d, webhook_configs: [{url: 'http://x/'}]}\n", i)
	}
	return b.String()
}

func templates(text string) dropin.Item {
	it := item(dropin.KindAlertmanager, []byte(text))
	it.Ref.Key = "x.tmpl"
	return it
}
