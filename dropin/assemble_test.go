package dropin_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

func checkRule(t *testing.T, name, expr string) dropin.Checked {
	t.Helper()
	c := dropin.Check(dropin.Item{
		Ref:     dropin.Ref{Namespace: "team", Name: name, Key: "rules.yaml"},
		Kind:    dropin.KindRules,
		Data:    []byte("groups: [{name: g, rules: [{record: a, expr: " + expr + "}]}]"),
		Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Version: "7",
	}, policy)
	if !c.OK() {
		t.Fatal(c.Problems)
	}
	return c
}

func TestDigestIsOfContent(t *testing.T) {
	a, b := checkRule(t, "a", "x"), checkRule(t, "b", "x")
	digest := func(items ...dropin.Checked) string {
		bundle, problems := dropin.Assemble(items, policy)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return bundle.Digest()
	}
	both := digest(a, b)
	if digest(b, a) != both {
		t.Error("the digest depends on the order")
	}
	newer := a
	newer.Version, newer.Created, newer.Stale = "8", a.Created.Add(time.Hour), true
	if digest(newer, b) != both {
		t.Error("the digest depends on provenance")
	}
	if digest(a) == both || digest(checkRule(t, "a", "y"), b) == both {
		t.Error("other content has the same digest")
	}
	if digest() == "" {
		t.Error("the empty set has no digest")
	}
	dashboard := dropin.Check(item(dropin.KindDashboard, []byte(`{"title": "a"}`)), policy)
	moved := dashboard
	moved.Folder = "Team"
	if digest(dashboard) == digest(moved) {
		t.Error("a dashboard in another folder has the same digest")
	}
}

func TestSameRefTwice(t *testing.T) {
	older, younger := checkRule(t, "a", "x"), checkRule(t, "a", "y")
	younger.Created = older.Created.Add(time.Second)
	bundle, problems := dropin.Assemble([]dropin.Checked{younger, older}, policy)
	if len(problems) != 1 || problems[0].Code != dropin.CodeDuplicateRef {
		t.Errorf("problems %v", problems)
	}
	if items := bundle.Manifest().Items; len(items) != 1 || items[0].SHA256 != older.SHA256 {
		t.Errorf("items %v", items)
	}
}

// TestRestore: what a generation held can be assembled again from its files alone.
func TestRestore(t *testing.T) {
	first := dropin.Check(dropin.Item{
		Ref: dropin.Ref{Namespace: "team", Name: "board", Key: "board.json"}, Kind: dropin.KindDashboard,
		Data: []byte(`{"title": "a", "uid": "u"}`), Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Folder: "Team",
	}, policy)
	before, _ := dropin.Assemble([]dropin.Checked{checkRule(t, "a", "x"), first}, policy)
	manifest, err := json.Marshal(before.Manifest())
	if err != nil {
		t.Fatal(err)
	}
	var read dropin.Manifest
	if err := json.Unmarshal(manifest, &read); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for name, data := range before.Files() {
		files[name] = data
	}
	var restored []dropin.Checked
	for _, it := range read.Items {
		restored = append(restored, dropin.Restore(it, files[it.File]))
	}
	after, problems := dropin.Assemble(restored, policy)
	if diff := cmp.Diff(before.Manifest(), after.Manifest()); diff != "" || len(problems) > 0 {
		t.Errorf("restored differs: %s %v", diff, problems)
	}

	// It still holds its uid and its title, by its age.
	younger := first
	younger.Ref.Name, younger.Created = "thief", first.Created.Add(time.Hour)
	if _, problems := dropin.Assemble(append(restored, younger), policy); len(problems) != 2 || problems[0].Ref != younger.Ref {
		t.Errorf("problems %v", problems)
	}

	damaged := dropin.Restore(read.Items[0], []byte("groups: []"))
	if damaged.OK() || damaged.Problems[0].Code != dropin.CodeCorrupt || damaged.Published != nil {
		t.Errorf("a damaged file was restored: %v", damaged)
	}
}

func TestLimits(t *testing.T) {
	it := item(dropin.KindRules, []byte("groups: []"))
	if c := dropin.Check(it, dropin.Policy{MaxBytes: 9}); c.OK() || c.Problems[0].Code != dropin.CodeTooLarge {
		t.Errorf("problems %v", c.Problems)
	}
	if c := dropin.Check(it, dropin.Policy{MaxBytes: 10}); !c.OK() {
		t.Errorf("problems %v", c.Problems)
	}
	it.Kind = "nonsense"
	if c := dropin.Check(it, policy); c.OK() || c.Problems[0].Code != dropin.CodeUnknownKind {
		t.Errorf("problems %v", c.Problems)
	}
}
