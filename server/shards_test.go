package server

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/shard"
)

// targetsOf are the jobs and addresses that a server scrapes, those of its base
// among them.
func targetsOf(r *rig) map[string]bool {
	var data struct {
		ActiveTargets []struct{ ScrapePool, ScrapeURL string }
	}
	r.api("/targets?state=active", &data)
	have := map[string]bool{}
	for _, t := range data.ActiveTargets {
		have[t.ScrapePool+" "+t.ScrapeURL] = true
	}
	return have
}

// The shards together scrape what one server would, and no two the same.
func TestShards_ShareTargets(t *testing.T) {
	var addresses []string
	for i := range 60 {
		addresses = append(addresses, fmt.Sprintf("'t-%d.invalid:80'", i))
	}
	base := "global: {scrape_interval: 1h}\nscrape_configs:\n- {job_name: base, static_configs: [{targets: [" + strings.Join(addresses, ",") + "]}]}\n"
	files := map[string]string{
		"scrape/team_a_job.yaml": "scrape_configs:\n- {job_name: a, static_configs: [{targets: [" + strings.Join(addresses, ",") + "]}]}\n",
		"scrape/team_b_job.yaml": "scrape_configs:\n- job_name: everywhere\n  static_configs: [{targets: ['x.invalid:80', 'localhost:1']}]\n" +
			"  relabel_configs: [{source_labels: [__address__], regex: x.+, target_label: " + shard.EveryShardLabel + ", replacement: yes}]\n",
	}
	run := func(s shard.Shard) map[string]bool {
		r := newRig(t, base)
		r.opts.Scrape.Shard = s
		r.publish(files)
		r.start()
		var have map[string]bool
		r.await("targets", func() bool {
			have = targetsOf(r)
			// A job has all its targets at once.
			jobs := map[string]bool{}
			for name := range have {
				jobs[strings.Fields(name)[0]] = true
			}
			return jobs["base"] && jobs["a"] && jobs["everywhere"]
		})
		return have
	}
	whole := run(shard.Shard{})
	if len(whole) != 122 {
		t.Fatalf("one server has %d targets, want 122", len(whole))
	}
	const shards = 3
	by := map[string][]uint64{}
	for i := range uint64(shards) {
		for name := range run(shard.Shard{Index: i, Of: shards}) {
			by[name] = append(by[name], i)
		}
	}
	for name := range whole {
		want := 1
		if strings.HasPrefix(name, "everywhere") {
			want = shards
		}
		if len(by[name]) != want {
			t.Errorf("%s is scraped by the shards %v", name, by[name])
		}
		delete(by, name)
	}
	if len(by) > 0 {
		t.Errorf("the shards have targets that a single server has not: %v", by)
	}
}

// A shard says who scrapes what it does not.
func TestShards_Explain(t *testing.T) {
	for i := range uint64(2) {
		r := newRig(t, "global: {scrape_interval: 1h}\nscrape_configs:\n- {job_name: a, static_configs: [{targets: ['t-1.invalid:80']}]}\n")
		r.opts.Scrape.Shard = shard.Shard{Index: i, Of: 2}
		r.start()
		var have map[string]bool
		var answer struct{ Summary, Remedy string }
		r.await("an answer", func() bool {
			have = targetsOf(r)
			_, body := r.call("GET", "/api/v1/explain?target=t-1.invalid:80")
			answer.Summary = body
			return len(have) > 0 || strings.Contains(body, fmt.Sprintf("leaves it to shard %d", 1-i))
		})
		if len(have) > 0 && strings.Contains(answer.Summary, "leaves it to") {
			t.Errorf("it is scraped, and the answer is %s", answer.Summary)
		}
	}
}

// A server with a part of the samples evaluates rules over all of them, where all
// of them are.
func TestRulesAskElsewhere(t *testing.T) {
	whole := newRig(t, quickBase)
	whole.publish(map[string]string{"scrape/team_a_job.yaml": job("a", target(t, "pairs 21\n"))})
	whole.start()
	whole.await("samples", func() bool { return len(whole.query("pairs")) == 1 })

	r := newRig(t, quickBase)
	r.opts.Rules.QueryURL, _ = url.Parse("http://" + whole.s.Addr().String())
	r.publish(map[string]string{"rules/team_a_rules.yaml": "groups:\n- name: g\n  rules:\n  - record: singles\n    expr: 2 * pairs{job=\"a\"}\n" +
		"  - alert: Pairs\n    expr: pairs > 20\n    annotations: {n: '{{ with query \"sum(pairs)\" }}{{ . | first | value }}{{ end }}'}\n"})
	r.start()
	r.await("a record of what is elsewhere", func() bool { return slices.Equal(r.query("singles"), []string{"42"}) })
	if got := r.query("pairs"); len(got) > 0 {
		t.Errorf("the samples themselves are here: %v", got)
	}
	r.await("an alert, told what its template asks", func() bool {
		a := activeAlerts(r)
		return len(a) == 1 && a[0].Annotations.Get("n") == "21"
	})
}
