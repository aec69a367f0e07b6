package dropin_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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

// FuzzCheckTemplates is for what keys with the suffix .tmpl hold.
func FuzzCheckTemplates(f *testing.F) {
	f.Add([]byte(`{{ define "team.title" }}{{ .CommonLabels.alertname }}{{ end }}`))
	f.Add([]byte(`{{ define "team.a" }}{{ template "team.b" . }}{{ end }}{{ define "team.b" }}{{ end }}`))
	f.Add([]byte(`{{ define "slack.default.title" }}{{ end }}`))
	f.Add([]byte("{{ define"))
	f.Fuzz(func(t *testing.T, data []byte) {
		it := item(dropin.KindAlertmanager, data)
		it.Ref.Key = "team.tmpl"
		c := dropin.Check(it, policy)
		for _, pr := range c.Problems {
			if pr.Code == dropin.CodeCheckFailed || pr.Line < 0 || pr.Line > 1+countLines(data) {
				t.Fatal(pr)
			}
		}
		if c.OK() {
			neighbourAccepts(t, c, policy)
		}
	})
}

// FuzzParseAlertmanagerBase: the platform's own configuration is refused or merges.
func FuzzParseAlertmanagerBase(f *testing.F) {
	f.Add([]byte("route: {receiver: a}\nreceivers: [{name: a}]\n"))
	f.Add([]byte("global: {slack_api_url: 'http://x'}\nroute: {receiver: a, routes: [{receiver: a, matchers: ['a=\"b\"']}]}\nreceivers: [{name: a, slack_configs: [{channel: c}]}]\n"))
	f.Add([]byte("route: &r {receiver: a, routes: [*r]}\nreceivers: [{name: a}]\n"))
	f.Add([]byte("templates: ['*.tmpl']\nroute: {receiver: a}\nreceivers: [{name: a}]\ntime_intervals: [{name: x}]\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		parsed, err := dropin.ParseAlertmanagerBase(data, dir)
		if err != nil {
			return
		}
		p := dropin.Policy{Alertmanager: parsed}
		b, _ := dropin.Assemble(nil, p)
		if _, problems, err := dropin.NewAlertmanagerMerger(p).Merge(b, "templates"); err != nil || len(problems) > 0 {
			t.Fatalf("a base that was parsed does not merge with nothing: %v %v", err, problems)
		}
	})
}

// FuzzRestore: what an earlier life published is taken as it is, or refused, whatever
// the disk made of it.
func FuzzRestore(f *testing.F) {
	kinds := []dropin.Kind{dropin.KindScrape, dropin.KindRules, dropin.KindAlertmanager, dropin.KindDashboard, dropin.KindDatasource}
	for i, kind := range kinds {
		for _, data := range valid[kind] {
			f.Add(byte(i), "key", []byte(data))
		}
	}
	f.Add(byte(2), "x.tmpl", []byte(`{{ define "a" }}{{ end }}`))
	f.Fuzz(func(t *testing.T, kind byte, key string, data []byte) {
		hash := sha256.Sum256(data)
		it := dropin.ManifestItem{
			Ref:  dropin.Ref{Namespace: "team", Name: "app", Key: key},
			Kind: kinds[int(kind)%len(kinds)], SHA256: hex.EncodeToString(hash[:]),
		}
		if c := dropin.Restore(it, data); !c.OK() || !bytes.Equal(c.Published, data) {
			t.Fatalf("whole bytes were refused: %v", c.Problems)
		}
		if c := dropin.Restore(it, append(data, ' ')); c.OK() {
			t.Fatal("bytes that are not those of the manifest were taken")
		}
	})
}

func FuzzFromConfigMap(f *testing.F) {
	f.Add("team", "app", "rules.yaml", "rules", []byte("groups: []"))
	f.Add("", "", "", "", []byte{0x1f, 0x8b})
	f.Add("team", "app", "../x", "dashboard", []byte(`{"title": "a"}`))
	for _, text := range []string{"groups: []", "groups: [{name: g, rules: [{record: r, expr: up}]}]"} {
		packed := gzipped(f, text)
		f.Add("team", "app", "rules.yaml", "rules", packed)
		f.Add("team", "app", "rules.yaml", "rules", packed[:len(packed)-3])
		f.Add("team", "app", "rules.yaml", "rules", append(packed, packed...)) // two members, which gzip allows
	}
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

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
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
