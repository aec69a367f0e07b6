package server

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkReload edits one of 500 rule files of 20 rules and one of 2,000
// jobs, each in a drop-in of its own.
func BenchmarkReload(b *testing.B) {
	for _, what := range []string{"rules", "scrape"} {
		b.Run(what, func(b *testing.B) {
			r := newRig(b, "global: {scrape_interval: 1h, evaluation_interval: 1h}\n")
			files := map[string]string{}
			for i := range 2000 {
				files[fmt.Sprintf("scrape/team-%d_web_scrape.yaml", i)] = job(fmt.Sprint("job-", i), "127.0.0.1:1")
			}
			for i := range 500 {
				files[fmt.Sprintf("rules/team-%d_web_rules.yaml", i)] = twenty(i, 0)
			}
			r.publish(files)
			r.start()
			n := 0
			for b.Loop() {
				b.StopTimer()
				n++
				if what == "rules" {
					files["rules/team-7_web_rules.yaml"] = twenty(7, n)
				} else {
					files["scrape/team-7_web_scrape.yaml"] = job("job-7", fmt.Sprint("127.0.0.1:", 1+n%60000))
				}
				r.publish(files)
				b.StartTimer()
				if _, err := r.s.Reload(b.Context(), false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// twenty is a file of twenty rules; n is in one of them.
func twenty(i, n int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "groups:\n- name: g\n  rules:\n  - {record: edited, expr: vector(%d)}\n", n)
	for k := range 19 {
		fmt.Fprintf(&s, "  - {alert: A%d, expr: 'sum by (job) (rate(requests_total{team=\"%d\"}[5m])) > %d', for: 5m}\n", k, i, k)
	}
	return s.String()
}
