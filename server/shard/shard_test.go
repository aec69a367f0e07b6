package shard_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/shard"
)

// owners says which of n shards scrape a target.
func owners(n uint64, target labels.Labels, rules ...*relabel.Config) (out []uint64) {
	for i := range n {
		job := &config.ScrapeConfig{RelabelConfigs: slices.Clone(rules), MetricNameValidationScheme: model.UTF8Validation}
		shard.Shard{Index: i, Of: n}.Spread(job)
		if relabel.ProcessBuilder(labels.NewBuilder(target), job.RelabelConfigs...) {
			out = append(out, i)
		}
	}
	return out
}

// Whatever the targets, each is scraped by one shard, and each shard has some.
func TestEveryTargetHasOneShard(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []uint64{1, 2, 3, 7} {
		has := map[uint64]int{}
		const targets = 2000
		for range targets {
			target := labels.FromStrings("__address__", fmt.Sprintf("10.%d.%d.%d:%d", r.IntN(256), r.IntN(256), r.IntN(256), 1024+r.IntN(60000)))
			by := owners(n, target)
			if len(by) != 1 {
				t.Fatalf("%s is scraped by the shards %v of %d", target, by, n)
			}
			has[by[0]]++
		}
		for i := range n {
			if fair := targets / int(n); has[i] < fair/2 || has[i] > 2*fair {
				t.Errorf("shard %d of %d has %d of %d targets", i, n, has[i], targets)
			}
		}
	}
}

func TestWhatIsSpread(t *testing.T) {
	all := func(of uint64, ls ...string) bool { return len(owners(of, labels.FromStrings(ls...))) == int(of) }
	for _, own := range []string{"localhost:9090", "localhost", "127.0.0.1:9100", "[::1]:9090"} {
		if !all(3, "__address__", own) {
			t.Errorf("%s is another program in every pod, and is scraped by %v", own, owners(3, labels.FromStrings("__address__", own)))
		}
	}
	for _, other := range []string{"localhost.example.org:80", "127-0-0-1.example:80", "[fd00::1]:80"} {
		if all(3, "__address__", other) {
			t.Errorf("every shard scrapes %s", other)
		}
	}
	if !all(3, "__address__", "a:1", shard.EveryShardLabel, "true") {
		t.Error("a job cannot have every shard scrape it")
	}

	// Probes have one address, and are spread all the same.
	has := map[uint64]bool{}
	for i := range 50 {
		has[owners(3, labels.FromStrings("__address__", "prober:9115", "__param_target", fmt.Sprint("http://", i)))[0]] = true
	}
	if len(has) != 3 {
		t.Errorf("probes are spread over the shards %v only", has)
	}
	// A hash of one's own keeps targets together.
	has = map[uint64]bool{}
	for i := range 50 {
		has[owners(3, labels.FromStrings("__address__", fmt.Sprintf("a-%d:1", i), shard.HashLabel, "together"))[0]] = true
	}
	if len(has) != 1 {
		t.Errorf("targets with one hash are scraped by %v", has)
	}
}

// Targets are spread by what they are after the job's own rules.
func TestSpreadComesLast(t *testing.T) {
	rule := relabel.DefaultRelabelConfig
	rule.TargetLabel, rule.Replacement, rule.NameValidationScheme = "__address__", "the-same:1", model.UTF8Validation
	first := owners(5, labels.FromStrings("__address__", "a:1"), &rule)
	for i := range 20 {
		if by := owners(5, labels.FromStrings("__address__", fmt.Sprintf("b-%d:1", i)), &rule); by[0] != first[0] {
			t.Fatalf("one address is scraped by %v and %v", first, by)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, good := range []shard.Shard{{}, {0, 1}, {2, 3}} {
		if err := good.Validate(); err != nil {
			t.Errorf("%v: %v", good, err)
		}
	}
	for _, bad := range []shard.Shard{{1, 0}, {1, 1}, {3, 3}} {
		if bad.Validate() == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}
