package dropin_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

var update = flag.Bool("update", false, "write what the tests got into their golden files")

// policy is that of most tests: one trusted namespace, and a base for fragments.
var policy = dropin.Policy{Trusted: []string{"monitoring"}, MaxBytes: 1 << 20, Alertmanager: base}

// TestGolden reads ConfigMaps from in/ and compares the problems and the
// published files with want/. What policy.yaml has is put over the policy of most tests.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var cms []*corev1.ConfigMap
			got := &txtar.Archive{Comment: archive.Comment}
			want := map[string]string{}
			policy := policy
			for _, f := range archive.Files {
				switch {
				case strings.HasPrefix(f.Name, "in/"):
					cms = append(cms, configMap(t, f.Data))
				case f.Name == "policy.yaml":
					if err := yaml.UnmarshalStrict(f.Data, &policy); err != nil {
						t.Fatal(err)
					}
				default:
					want[f.Name] = string(f.Data)
					continue
				}
				got.Files = append(got.Files, f)
			}
			bundle, problems := run(cms, policy)
			have := render(bundle, problems)
			if *update {
				for _, name := range slices.Sorted(keys(have)) {
					got.Files = append(got.Files, txtar.File{Name: name, Data: []byte(have[name])})
				}
				if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, have); diff != "" {
				t.Errorf("(-want +got; write it with -update):\n%s", diff)
			}
			for range 5 {
				rand.Shuffle(len(cms), func(i, j int) { cms[i], cms[j] = cms[j], cms[i] })
				again, more := run(cms, policy)
				if again.Digest() != bundle.Digest() || !slices.Equal(more, problems) {
					t.Error("another order of the input has another result")
				}
			}
		})
	}
}

// run does what the sidecar does.
func run(cms []*corev1.ConfigMap, p dropin.Policy) (*dropin.Bundle, []dropin.Problem) {
	var checked []dropin.Checked
	var problems []dropin.Problem
	for _, cm := range cms {
		items, more := dropin.FromConfigMap(cm)
		problems = append(problems, more...)
		for _, it := range items {
			c := dropin.Check(it, p)
			problems = append(problems, c.Problems...)
			checked = append(checked, c)
		}
	}
	bundle, more := dropin.Assemble(checked, p)
	problems = append(problems, more...)
	slices.SortFunc(problems, dropin.Problem.Compare)
	return bundle, problems
}

func render(b *dropin.Bundle, problems []dropin.Problem) map[string]string {
	out := map[string]string{}
	var list strings.Builder
	for _, p := range problems {
		fmt.Fprintln(&list, p)
	}
	if list.Len() > 0 {
		out["want/problems"] = list.String()
	}
	for name, data := range b.Files() {
		out["want/files/"+name] = string(bytes.TrimRight(data, "\n")) + "\n"
	}
	return out
}

func configMap(t *testing.T, data []byte) *corev1.ConfigMap {
	t.Helper()
	var cm corev1.ConfigMap
	if err := yaml.UnmarshalStrict(data, &cm); err != nil {
		t.Fatal(err)
	}
	return &cm
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
