package load

import (
	"fmt"
	"strings"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// drops are jobs that together have all series, rules that take longer than their
// interval, and small ones.
func drops(n size, target string) (all []dropin.Item) {
	for i := range n.targets {
		all = append(all, job(fmt.Sprintf("big-%d", i), target, "15s"))
	}
	return append(append(all, slow(n, 0)...), small(0))
}

// edit is what changes each second: rules that are being evaluated, a job that is
// being scraped, and what is small.
func edit(n size, target string, edition int) []dropin.Item {
	timeout := fmt.Sprintf("%ds", 10+edition%5)
	return []dropin.Item{
		slow(n, edition)[edition%n.slow],
		job(fmt.Sprintf("big-%d", edition%n.targets), target, timeout),
		small(edition),
	}
}

func small(edition int) dropin.Item {
	return item(dropin.KindRules, "small", fmt.Sprintf("groups: [{name: g, rules: [{record: load_edition, expr: vector(%d)}]}]\n", edition))
}

// slow are rules that read every series, a drop-in each.
func slow(n size, edition int) (all []dropin.Item) {
	for i := range n.slow {
		var b strings.Builder
		b.WriteString("groups:\n- name: slow\n  interval: 1s\n  rules:\n")
		for r := range 5 {
			fmt.Fprintf(&b, "  - record: load:slow_%d_%d\n    expr: count(sum by (path, code) (rate(load_requests_total{path=~\".*[0-9]\"}[5m]))) * %d\n", i, r, 1+edition)
		}
		all = append(all, item(dropin.KindRules, fmt.Sprintf("slow-%d", i), b.String()))
	}
	return all
}

func job(name, target, timeout string) dropin.Item {
	return item(dropin.KindScrape, name, fmt.Sprintf(
		"scrape_configs: [{job_name: %s, scrape_timeout: %s, static_configs: [{targets: ['%s'], labels: {shard: %s}}]}]\n", name, timeout, target, name))
}

func item(kind dropin.Kind, name, text string) dropin.Item {
	return dropin.Item{
		Ref:  dropin.Ref{Namespace: "team", Name: name, Key: "drop-in.yaml"},
		Kind: kind, Data: []byte(text), Created: time.Unix(1e9, 0),
	}
}
