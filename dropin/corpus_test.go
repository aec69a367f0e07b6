package dropin_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// TestInvalid checks a corpus of drop-ins that must be refused. Each file of an
// archive in testdata/invalid is one drop-in, of the kind that the archive is
// named after, in the namespace "team". Its header is a name and the expected
// problems, "code:line":
//
//	-- a group that is not closed | scrape/bad-regex:6 --
func TestInvalid(t *testing.T) {
	archives, err := filepath.Glob("testdata/invalid/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	total := 0
	for _, file := range archives {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".txtar"), "-")
		for i, f := range archive.Files {
			total++
			name, want, _ := strings.Cut(f.Name, " | ")
			t.Run(kind+"/"+name, func(t *testing.T) {
				it := item(dropin.Kind(kind), f.Data)
				checked := dropin.Check(it, policy)
				if checked.OK() || checked.Published != nil {
					t.Fatalf("accepted:\n%s", f.Data)
				}
				got := codesAndLines(checked.Problems)
				if *update {
					archive.Files[i].Name = name + " | " + got
				} else if got != want {
					t.Errorf("got  %s\nwant %s\n%v", got, want, checked.Problems)
				}
				for _, p := range checked.Problems {
					if p.Message == "" || p.Ref != it.Ref || p.Kind != it.Kind {
						t.Errorf("incomplete problem %#v", p)
					}
				}
				notDisturbed(t, checked)
			})
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d invalid drop-ins", total)
	if total < 300 {
		t.Errorf("the corpus has %d invalid drop-ins, and 300 are the least", total)
	}
}

// item is a drop-in of the namespace "team", of a fitting file name.
func item(kind dropin.Kind, data []byte) dropin.Item {
	key := string(kind) + ".yaml"
	if kind == dropin.KindDashboard {
		key = "board.json"
	}
	return dropin.Item{Ref: dropin.Ref{Namespace: "team", Name: "app", Key: key}, Kind: kind, Data: data}
}

func codesAndLines(problems []dropin.Problem) string {
	var out []string
	for _, p := range problems {
		s := string(p.Code)
		if p.Line > 0 {
			s += fmt.Sprintf(":%d", p.Line)
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// notDisturbed says that a refused drop-in leaves another one alone.
func notDisturbed(t *testing.T, bad dropin.Checked) {
	t.Helper()
	good := dropin.Check(dropin.Item{
		Ref:  dropin.Ref{Namespace: "other", Name: "fine", Key: "rules.yaml"},
		Kind: dropin.KindRules,
		Data: []byte("groups: [{name: g, rules: [{record: a, expr: b}]}]"),
	}, policy)
	alone, _ := dropin.Assemble([]dropin.Checked{good}, policy)
	both, problems := dropin.Assemble([]dropin.Checked{bad, good}, policy)
	if len(problems) > 0 || alone.Digest() != both.Digest() || len(both.Manifest().Items) != 1 {
		t.Errorf("the refused drop-in disturbs another: %v", problems)
	}
}
