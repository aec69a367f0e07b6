package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/config"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/generation"
)

// publish makes a generation of files, "rules/team_web_rules.yaml": content.
func (w *world) publish(files map[string]string) {
	w.t.Helper()
	var m dropin.Manifest
	for _, file := range slices.Sorted(maps.Keys(files)) {
		kind, name, _ := strings.Cut(file, "/")
		ref := strings.SplitN(name, "_", 3)
		sum := sha256.Sum256([]byte(files[file]))
		m.Items = append(m.Items, dropin.ManifestItem{
			Ref:  dropin.Ref{Namespace: ref[0], Name: ref[1], Key: ref[2]},
			Kind: dropin.Kind(kind), File: file, SHA256: hex.EncodeToString(sum[:]),
		})
	}
	m.Digest = dropin.DigestOf(m.Items)
	raw, err := m.Encode()
	if err != nil {
		w.t.Fatal(err)
	}
	dir := filepath.Join("live", "gen-"+m.Digest)
	if err := os.MkdirAll(filepath.Join(w.dir, dir), 0o755); err != nil {
		w.t.Fatal(err)
	}
	for i := range m.Items {
		object, err := m.Items[i].Object()
		if err != nil {
			w.t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(w.dir, "live", filepath.Dir(object)), 0o755); err != nil {
			w.t.Fatal(err)
		}
		w.write(filepath.Join("live", object), files[m.Items[i].File])
	}
	w.write(filepath.Join(dir, dropin.ManifestName), string(raw))
	link := filepath.Join(w.dir, "live", generation.Current)
	if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
		w.t.Fatal(err)
	}
	if err := os.Symlink("gen-"+m.Digest, link); err != nil {
		w.t.Fatal(err)
	}
}

// TestPlan_IncrementalIsAsFromNothing goes through random edits of drop-ins and
// base, good and bad, of which some come in force. After each, a loader that
// remembers makes the same plan as one that has never read anything, shares with
// the plan in force what did not change, and says truly what did.
func TestPlan_IncrementalIsAsFromNothing(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			w := newWorld(t, false)
			w.write("prometheus.yml", baseOf(0))
			generations := generation.NewSource(filepath.Join(w.dir, "live"))
			w.Keep(w.prepare())
			files, good := map[string]string{}, map[string]string{}
			for range 40 {
				edit(rnd, files)
				if rnd.IntN(10) == 0 {
					w.write("prometheus.yml", baseOf(rnd.IntN(3)))
				}
				w.publish(files)
				gen, err := generations.Resolve(generation.Current)
				if err != nil {
					t.Fatal(err)
				}
				p, err := w.Prepare(gen)
				want, wantErr := NewLoader(w.opts).Prepare(gen)
				if !reflect.DeepEqual(refusedBy(err), refusedBy(wantErr)) || (err == nil) != (wantErr == nil) {
					t.Fatalf("got error %v, want %v", err, wantErr)
				}
				if err != nil {
					files = maps.Clone(good) // and the next Prepare meets what it tried
					continue
				}
				good = maps.Clone(files)
				mustEqual(t, p, want)
				mustShare(t, p, w.kept)
				if rnd.IntN(3) > 0 {
					w.Keep(p)
				}
			}
		})
	}
}

func baseOf(n int) string {
	return fmt.Sprintf("global: {scrape_interval: %ds}\nscrape_configs: [{job_name: base-%d}]\n", 20+10*(n/2), n)
}

// edit changes one file or a few.
func edit(rnd *rand.Rand, files map[string]string) {
	for range 1 + rnd.IntN(3) {
		n, v := rnd.IntN(12), rnd.IntN(4)
		scrape, rules := fmt.Sprintf("scrape/team_s%02d_s", n), fmt.Sprintf("rules/team_r%02d_r", n)
		switch rnd.IntN(20) {
		case 0:
			delete(files, scrape)
		case 1:
			delete(files, rules)
		case 2:
			files[scrape] = "scrape_configs: [{job_name: s" + fmt.Sprint(n+1) + "}]" // perhaps a neighbour's
		case 3:
			files[scrape] = "scrape_configs: [{job_name: base-1}]"
		case 4:
			files[rules] = "groups: [{name: g, rules: [{record: x, expr: 'sum('}]}]"
		case 5:
			files["dashboard/team_d_d"] = fmt.Sprint(v)
		case 6, 7, 8, 9, 10, 11, 12:
			files[rules] = fmt.Sprintf("groups: [{name: g, rules: [{record: x, expr: '%d'}]}]", v)
		default:
			files[scrape] = fmt.Sprintf("scrape_configs: [{job_name: s%d, metrics_path: /%d}, {job_name: s%d-b, scrape_interval: 7s, scrape_timeout: 1s}]", n, v, n)
		}
	}
}

func refusedBy(err error) (refs []dropin.Ref) {
	if refused := (*RefusedError)(nil); errors.As(err, &refused) {
		for _, it := range refused.Items {
			refs = append(refs, it.Ref)
		}
	}
	return refs
}

func mustEqual(t *testing.T, got, want *Plan) {
	t.Helper()
	if !reflect.DeepEqual(got.Merged.ScrapeConfigs, want.Merged.ScrapeConfigs) {
		t.Fatalf("jobs %q, want %q or the like", jobNames(got), jobNames(want))
	}
	if !reflect.DeepEqual(got.Rules, want.Rules) || !maps.Equal(got.Owners, want.Owners) {
		t.Fatalf("rules of %v, owners %v, want %v and %v", len(got.Rules), got.Owners, len(want.Rules), want.Owners)
	}
	for _, name := range append(jobNames(want), "nobody") {
		if got.HasJob(name) != want.HasJob(name) {
			t.Errorf("has %s: %v", name, got.HasJob(name))
		}
	}
}

// mustShare compares with the plan in force, by content and by pointer.
func mustShare(t *testing.T, p, old *Plan) {
	t.Helper()
	fresh := map[*config.ScrapeConfig]bool{}
	for _, job := range p.NewJobs(old) {
		fresh[job] = true
	}
	for _, job := range p.Merged.ScrapeConfigs {
		had := slices.Contains(old.Merged.ScrapeConfigs, job)
		equal := slices.ContainsFunc(old.Merged.ScrapeConfigs, func(o *config.ScrapeConfig) bool {
			return reflect.DeepEqual(o, job) && old.Owners[o.JobName] == p.Owners[job.JobName]
		})
		if had != equal || had == fresh[job] {
			t.Errorf("%s: equal %v, the same %v, told as new %v", job.JobName, equal, had, fresh[job])
		}
	}
	for i, job := range p.Scraped.ScrapeConfigs {
		want := *p.Merged.ScrapeConfigs[i]
		want.ServiceDiscoveryConfigs = nil
		if !reflect.DeepEqual(job, &want) {
			t.Errorf("%s is scraped as %+v", want.JobName, job)
		}
		had := slices.Contains(old.Scraped.ScrapeConfigs, job)
		equal := slices.ContainsFunc(old.Scraped.ScrapeConfigs, func(o *config.ScrapeConfig) bool {
			return reflect.DeepEqual(o, job) && old.Owners[o.JobName] == p.Owners[job.JobName]
		})
		if had != equal {
			t.Errorf("%s without discovery: equal %v, the same %v", job.JobName, equal, had)
		}
	}
	same := len(p.Rules) == len(old.Rules)
	for id, groups := range p.Rules {
		equal := reflect.DeepEqual(old.Rules[id], groups)
		if equal != (old.Rules[id] == groups) {
			t.Errorf("rules of %s: equal %v, the same %v", id, equal, old.Rules[id] == groups)
		}
		same = same && equal
	}
	if p.SameRules(old) != same {
		t.Errorf("the same rules: %v, told %v", same, p.SameRules(old))
	}
}
