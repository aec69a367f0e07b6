package plan

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/generation"
)

// policies are what drop-ins are checked by: as a tenant's, with its namespace
// enforced, and as the platform's own.
func policies() map[string]dropin.Policy {
	return map[string]dropin.Policy{
		"tenant": {}, "enforced": {EnforceNamespace: true}, "trusted": {Trusted: []string{"team"}},
	}
}

// take has the loader prepare what Check and Assemble accepted of items, all at once.
func (w *world) take(items []dropin.Checked, p dropin.Policy) (accepted int, err error) {
	w.t.Helper()
	bundle, refused := dropin.Assemble(items, p)
	files := map[string]string{}
	for file, data := range bundle.Files() {
		files[file] = string(data)
	}
	w.publish(files)
	gen, err := generation.NewSource(filepath.Join(w.dir, "live")).Resolve(generation.Current)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(files)+len(refused) < len(items) {
		w.t.Fatalf("%d files and %d problems of %d drop-ins", len(files), len(refused), len(items))
	}
	_, err = w.Prepare(gen)
	return len(files), err
}

// near returns drop-ins that differ in a line from one that is refused: those that
// are all but wrong, and those that are all but right.
func near(data []byte) [][]byte {
	lines := bytes.SplitAfter(data, []byte("\n"))
	out := [][]byte{data}
	for i := range lines {
		without := slices.Concat(lines[:i:i], lines[i+1:])
		out = append(out, bytes.Join(without, nil))
		if i > 0 {
			swapped := slices.Clone(lines)
			swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
			out = append(out, bytes.Join(swapped, nil))
		}
	}
	return out
}

// TestPlan_TakesWhatTheSidecarAccepted: whatever the sidecar accepts, alone and all
// together, the server loads.
func TestPlan_TakesWhatTheSidecarAccepted(t *testing.T) {
	for name, p := range policies() {
		t.Run(name, func(t *testing.T) {
			var all []dropin.Checked
			tried := 0
			w := newWorld(t, false)
			w.write("prometheus.yml", "scrape_configs: [{job_name: base}]\n")
			for _, kind := range []dropin.Kind{dropin.KindScrape, dropin.KindRules} {
				archive, err := txtar.ParseFile("../../dropin/testdata/invalid/" + string(kind) + ".txtar")
				if err != nil || len(archive.Files) < 100 {
					t.Fatalf("%d drop-ins: %v", len(archive.Files), err)
				}
				for i, f := range archive.Files {
					for j, data := range near(f.Data) {
						tried++
						c := dropin.Check(dropin.Item{
							Ref: dropin.Ref{Namespace: "team", Name: fmt.Sprintf("%s-%d-%d", kind, i, j), Key: "a.yaml"}, Kind: kind, Data: data,
						}, p)
						if !c.OK() {
							continue
						}
						all = append(all, c)
					}
				}
			}
			n, err := w.take(all, p)
			if err != nil {
				t.Errorf("the server refuses all of them together: %v", err)
				for _, c := range all {
					if _, err := w.take([]dropin.Checked{c}, p); err != nil {
						t.Errorf("and this one alone: %v\n%s", err, c.Published)
					}
				}
			}
			t.Logf("%d drop-ins checked, %d accepted alone, %d of them together", tried, len(all), n)
			// Of a team that is not trusted the policy refuses many more.
			if n < 150 {
				t.Errorf("only %d were accepted, which shows little", n)
			}
		})
	}
}

// FuzzPlanTakesWhatTheSidecarAccepted is the same for whatever the fuzzer thinks of.
func FuzzPlanTakesWhatTheSidecarAccepted(f *testing.F) {
	kinds := []dropin.Kind{dropin.KindScrape, dropin.KindRules}
	for i, kind := range kinds {
		archive, err := txtar.ParseFile("../../dropin/testdata/invalid/" + string(kind) + ".txtar")
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(i == 0, file.Data)
		}
	}
	f.Add(true, []byte("scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:1']}]\n"))
	f.Add(false, []byte("groups:\n- name: g\n  rules: [{record: a, expr: b}, {alert: A, expr: up == 0, for: 1m}]\n"))
	f.Fuzz(func(t *testing.T, scrape bool, data []byte) {
		kind := dropin.KindRules
		if scrape {
			kind = dropin.KindScrape
		}
		for _, p := range policies() {
			c := dropin.Check(dropin.Item{Ref: dropin.Ref{Namespace: "team", Name: "a", Key: "a.yaml"}, Kind: kind, Data: data}, p)
			if !c.OK() {
				continue
			}
			w := newWorld(t, false)
			w.write("prometheus.yml", "scrape_configs: [{job_name: base}]\n")
			if _, err := w.take([]dropin.Checked{c}, p); err != nil {
				t.Fatalf("the server refuses what Check accepted: %v\n%s", err, c.Published)
			}
		}
	})
}
