package dropin_test

import (
	"testing"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	yamlv2 "go.yaml.in/yaml/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// published returns the job that a drop-in with one becomes.
func published(t *testing.T, p dropin.Policy, namespace, text string) *config.ScrapeConfig {
	t.Helper()
	c := dropin.Check(dropin.Item{
		Ref: dropin.Ref{Namespace: namespace, Name: "app", Key: "f.yaml"}, Kind: dropin.KindScrape, Data: []byte(text),
	}, p)
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
	return job
}

// relabeled says what rules make of the label cluster.
func relabeled(t *testing.T, rules []*relabel.Config, cluster string) string {
	t.Helper()
	b := labels.NewBuilder(labels.FromStrings("__address__", "a:1", "cluster", cluster))
	if !relabel.ProcessBuilder(b, rules...) {
		t.Fatal("the target is dropped")
	}
	return b.Get("cluster")
}

func TestSampleLabels(t *testing.T) {
	const plain = "scrape_configs: [{job_name: a, static_configs: [{targets: ['a:1']}]}]"
	const own = "scrape_configs: [{job_name: a, relabel_configs: [{target_label: cluster, replacement: mine}]}]"
	const dropsIt = "scrape_configs: [{job_name: a, relabel_configs: [{action: labeldrop, regex: cluster}]}]"
	p := policy
	p.SampleLabels = map[string]string{"cluster": "east$1", "region": "eu"}
	enforced := p
	enforced.EnforceNamespace = true
	for _, test := range []struct {
		name, namespace, text string
		policy                dropin.Policy
		// target is what the target says, wantTarget what it has in the end,
		// wantSample a sample that says "sample".
		target, wantTarget, wantSample string
	}{
		{"a job that says nothing", "team", plain, p, "", "east$1", "sample"},
		{"a target that has one", "team", plain, p, "west", "west", "sample"},
		{"a job that sets one", "team", own, p, "", "mine", "sample"},
		{"a job that drops it", "team", dropsIt, p, "west", "east$1", "sample"},
		{"the release's namespace", "monitoring", plain, p, "", "east$1", "sample"},
		{"enforced: a target that has one", "team", plain, enforced, "west", "east$1", "east$1"},
		{"enforced: a job that sets one", "team", own, enforced, "", "east$1", "east$1"},
		{"enforced: a trusted target that has one", "monitoring", plain, enforced, "west", "west", "sample"},
		{"no labels asked for", "team", plain, policy, "", "", "sample"},
	} {
		job := published(t, test.policy, test.namespace, test.text)
		if got := relabeled(t, job.RelabelConfigs, test.target); got != test.wantTarget {
			t.Errorf("%s: the target has cluster=%q, want %q", test.name, got, test.wantTarget)
		}
		if got := relabeled(t, job.MetricRelabelConfigs, "sample"); got != test.wantSample {
			t.Errorf("%s: the sample has cluster=%q, want %q", test.name, got, test.wantSample)
		}
	}
	if job := published(t, p, "team", plain); job.MetricRelabelConfigs != nil {
		t.Error("samples are relabeled one by one, which costs time for each of them")
	}
}
