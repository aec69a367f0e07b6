package dropin_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

const pagesDir = "../docs/problems"

// noExample lists the codes whose page has no example, and why.
var noExample = map[dropin.Code]string{
	dropin.CodeTooManyDropIns: "is about many drop-ins",
	dropin.CodeTooManyBytes:   "is about many drop-ins",
	dropin.CodeTooManyJobs:    "is about many drop-ins",
	dropin.CodeTooManyRules:   "is about many drop-ins",

	// Package operatorobjects tries these.
	dropin.CodeObjectInvalid:    "is of an object",
	dropin.CodeMissingReference: "is of an object",
	dropin.CodeOperatorVariable: "is of an object",

	dropin.CodeTooLarge:            "an example would be too large",
	dropin.CodeCorrupt:             "is about a volume",
	dropin.CodeCheckFailed:         "is about a bug",
	dropin.CodeServerIdentity:      "needs a build with other discoveries",
	dropin.CodeRulesInvalid:        "no way to cause it is known",
	dropin.CodeServerRefused:       "is told by the server, after every check",
	dropin.CodeAlertmanagerInvalid: "needs a base that changes",
}

// TestPages: each code has a page, and no page is without a code. On each page
// the refused example has that code and the mended one passes.
func TestPages(t *testing.T) {
	codes := allCodes(t)
	var pages []dropin.Code
	err := filepath.WalkDir(pagesDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "README.md" {
			return err
		}
		rel, err := filepath.Rel(pagesDir, path)
		pages = append(pages, dropin.Code(strings.TrimSuffix(filepath.ToSlash(rel), ".md")))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	index := read(t, "README.md")
	for _, code := range pages {
		if !slices.Contains(codes, code) {
			t.Errorf("page %s.md is about no code", code)
		}
	}
	for _, code := range codes {
		if !slices.Contains(pages, code) {
			t.Errorf("code %s has no page %s.md", code, code)
			continue
		}
		if !strings.Contains(index, fmt.Sprintf("[%s](%s.md)", code, code)) {
			t.Errorf("README.md does not list %s", code)
		}
		t.Run(string(code), func(t *testing.T) { checkPage(t, code, read(t, string(code)+".md")) })
	}
}

func checkPage(t *testing.T, code dropin.Code, page string) {
	if !strings.HasPrefix(page, "# "+string(code)+"\n") {
		t.Errorf("the title is not the code")
	}
	if !strings.Contains(page, "\n## What allows it\n") {
		t.Errorf("the page does not say what allows it")
	}
	if why, ok := noExample[code]; ok {
		t.Skip(why)
	}
	p := policy
	p.EnforceNamespace = code == dropin.CodeRuleNamespace
	refused, mended := example(t, page, "Refused", p), example(t, page, "Mended", p)
	if !slices.ContainsFunc(refused, func(p dropin.Problem) bool { return p.Code == code }) {
		t.Errorf("the refused example has other problems: %v", refused)
	}
	if len(mended) > 0 {
		t.Errorf("the mended example is refused: %v", mended)
	}
}

// example checks the fenced example of a section. Its info string has the
// language and the kind of the drop-in, or "configmap" for whole manifests.
func example(t *testing.T, page, section string, policy dropin.Policy) []dropin.Problem {
	t.Helper()
	m := regexp.MustCompile("(?s)\n## " + section + "\n\n```\\w+ (\\w+)\n(.*?)```\n").FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no example in section %s", section)
	}
	if m[1] != "configmap" {
		return dropin.Check(item(dropin.Kind(m[1]), []byte(m[2])), policy).Problems
	}
	var cms []*corev1.ConfigMap
	for manifest := range strings.SplitSeq(m[2], "\n---\n") {
		cms = append(cms, configMap(t, []byte(manifest)))
	}
	_, problems := run(cms, policy)
	return problems
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(pagesDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// allCodes reads the constants of type Code from the source, so that none can
// be left out of a list. Each must have a doc comment.
func allCodes(t *testing.T) []dropin.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var codes []dropin.Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if !strings.HasPrefix(spec.Doc.Text(), spec.Names[0].Name+": ") {
			t.Errorf("%s has no doc comment", spec.Names[0].Name)
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(codes, dropin.Code(value)) {
			t.Errorf("code %s is there twice", value)
		}
		codes = append(codes, dropin.Code(value))
		return true
	})
	return codes
}
