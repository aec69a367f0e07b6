package dropin_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

func FuzzCheckScrape(f *testing.F) { fuzzCheck(f, dropin.KindScrape) }

func FuzzCheckRules(f *testing.F) { fuzzCheck(f, dropin.KindRules) }

func FuzzCheckAlertmanager(f *testing.F) { fuzzCheck(f, dropin.KindAlertmanager) }

func FuzzCheckDashboard(f *testing.F) { fuzzCheck(f, dropin.KindDashboard) }

func FuzzCheckDatasource(f *testing.F) { fuzzCheck(f, dropin.KindDatasource) }

// fuzzCheck: Check never panics, and what it accepts the server accepts with the
// same meaning.
func fuzzCheck(f *testing.F, kind dropin.Kind) {
	seed(f, kind)
	f.Fuzz(func(t *testing.T, data []byte) {
		it := item(kind, data)
		trusted := dropin.Policy{Trusted: []string{it.Ref.Namespace}, Alertmanager: base}
		for _, p := range []dropin.Policy{policy, trusted} {
			c := dropin.Check(it, p)
			for _, pr := range c.Problems {
				if pr.Code == dropin.CodeCheckFailed {
					t.Fatal(pr)
				}
				if lines := 1 + countLines(data); pr.Line < 0 || pr.Line > lines {
					t.Fatalf("line %d of %d: %v", pr.Line, lines, pr)
				}
			}
			if !c.OK() {
				continue
			}
			switch kind {
			case dropin.KindScrape:
				sameTargets(t, it, serverAccepts(t, c))
			case dropin.KindRules:
				serverAccepts(t, c)
			default:
				neighbourAccepts(t, c, p)
			}
		}
	})
}

func FuzzFromConfigMap(f *testing.F) {
	f.Add("team", "app", "rules.yaml", "rules", []byte("groups: []"))
	f.Add("", "", "", "", []byte{0x1f, 0x8b})
	f.Add("team", "app", "../x", "dashboard", []byte(`{"title": "a"}`))
	f.Fuzz(func(t *testing.T, namespace, name, key, label string, data []byte) {
		cm := &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{dropin.Label: label}},
			BinaryData: map[string][]byte{key: data},
		}
		items, problems := dropin.FromConfigMap(cm)
		if len(items)+len(problems) != 1 {
			t.Fatalf("%d items and %d problems from one key", len(items), len(problems))
		}
		for _, it := range items {
			if filepath.Base(it.Ref.Key) != it.Ref.Key || it.Ref.Key == ".." {
				t.Fatalf("key %q is a path", it.Ref.Key)
			}
			dropin.Check(it, policy)
		}
	})
}

// seed adds the invalid corpus and the valid drop-ins of the golden files.
func seed(f *testing.F, kind dropin.Kind) {
	f.Helper()
	invalid, err := txtar.ParseFile("testdata/invalid/" + string(kind) + ".txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range invalid.Files {
		f.Add(file.Data)
	}
	for _, data := range valid[kind] {
		f.Add([]byte(data))
	}
}

// countLines counts as YAML does.
func countLines(data []byte) int {
	n := 0
	for _, r := range strings.ReplaceAll(string(data), "\r\n", "\n") {
		switch r {
		case '\n', '\r', '\u0085', '\u2028', '\u2029':
			n++
		}
	}
	return n
}
