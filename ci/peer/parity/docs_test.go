package parity

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
)

// TestEveryRowIsTested reads docs/parity.md: each row names a test, each named
// test exists, and each test is named.
func TestEveryRowIsTested(t *testing.T) {
	root, err := build.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "parity.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := testsHere(t)
	named := map[string]bool{}
	last := regexp.MustCompile("\\| `([^`]+)` \\|$")
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| What |") {
			continue
		}
		m := last.FindStringSubmatch(line)
		switch {
		case m == nil:
			t.Errorf("no test in the row %.80s", line)
		case strings.HasPrefix(m[1], "Test"):
			named[m[1]] = true
			if !tests[m[1]] {
				t.Errorf("there is no test %s", m[1])
			}
		default:
			found, err := filepath.Glob(filepath.Join(root, m[1], "*_test.go"))
			if err != nil || len(found) == 0 {
				t.Errorf("there are no tests in %s", m[1])
			}
		}
	}
	for name := range tests {
		if !named[name] && name != t.Name() {
			t.Errorf("docs/parity.md does not name %s", name)
		}
	}
}

// testsHere are the tests of this package.
func testsHere(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				tests[f.Name.Name] = true
			}
		}
	}
	return tests
}
