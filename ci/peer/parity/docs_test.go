package parity

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
)

// TestEveryRowIsTested reads docs/parity.md and docs/server-flags.md: each row
// names a test in its last column, each named test exists, and each test of this
// package is named. A flag that names TestFlags has an effect there.
func TestEveryRowIsTested(t *testing.T) {
	t.Parallel()
	root, err := build.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tests := tests{root: root, in: map[string]map[string]bool{}}
	named := map[string]bool{}
	effects := map[string]bool{}
	for _, g := range flagGroups(t) {
		for flag := range g.flags {
			effects[flag] = false
		}
	}
	last := regexp.MustCompile("\\| `([^`]+)` \\|$")
	flag := regexp.MustCompile("^\\| `--([a-z0-9.-]+)` \\|")
	rows := 0
	for _, page := range []string{"parity.md", "server-flags.md"} {
		for line := range strings.Lines(document(t, page)) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "| ") || strings.HasSuffix(line, "| Test |") {
				continue
			}
			rows++
			m := last.FindStringSubmatch(line)
			if m == nil {
				t.Errorf("%s: no test in the row %.80s", page, line)
				continue
			}
			named[m[1]] = true
			if !tests.exist(t, m[1]) {
				t.Errorf("%s: there is no test %s", page, m[1])
			}
			if f := flag.FindStringSubmatch(line); f != nil && m[1] == "TestFlags" {
				if _, ok := effects[f[1]]; !ok {
					t.Errorf("%s: TestFlags knows no effect of --%s", page, f[1])
				}
				effects[f[1]] = true
			}
		}
	}
	for name := range tests.of(t, "ci/peer/parity") {
		if !named[name] && !strings.HasPrefix(name, "TestEvery") {
			t.Errorf("no page names %s", name)
		}
	}
	for f, listed := range effects {
		if !listed {
			t.Errorf("docs/server-flags.md does not say that TestFlags holds --%s", f)
		}
	}
	t.Logf("%d rows have a test", rows)
}

// tests of the project, by folder.
type tests struct {
	root string
	in   map[string]map[string]bool
}

// exist says whether there is a test: "TestX" of this package, "folder/TestX", or
// any in "folder".
func (ts tests) exist(t *testing.T, name string) bool {
	dir, test := path.Split(name)
	switch {
	case !strings.HasPrefix(test, "Test"):
		return len(ts.of(t, name)) > 0
	case dir == "":
		dir = "ci/peer/parity"
	}
	return ts.of(t, path.Clean(dir))[test]
}

func (ts tests) of(t *testing.T, dir string) map[string]bool {
	t.Helper()
	if found, ok := ts.in[dir]; ok {
		return found
	}
	files, err := filepath.Glob(filepath.Join(ts.root, dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				found[f.Name.Name] = true
			}
		}
	}
	ts.in[dir] = found
	return found
}

// TestEveryRouteIsListed compares the table of routes in docs/parity.md with
// upstream's source and with what the tests ask of each.
func TestEveryRouteIsListed(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	for test, calls := range map[string][]call{"TestAPIRoutes": apiCalls(time.Now()), "TestWebRoutes": webCalls()} {
		compared := map[string][]string{}
		for _, c := range calls {
			route := c.route
			if test == "TestAPIRoutes" {
				method, path, _ := strings.Cut(route, " ")
				route = method + " /api/v1" + path
			}
			compared[route] = append(compared[route], c.how.words())
		}
		for route, hows := range compared {
			slices.Sort(hows)
			want[route] = fmt.Sprintf("| `%s` | %s | `%s` |", route, strings.Join(slices.Compact(hows), ", "), test)
		}
	}
	for _, r := range upstreamRoutes(t) {
		method, path, _ := strings.Cut(r, " ")
		if want[method+" /api/v1"+path] == "" {
			t.Errorf("no test asks for %s", r)
		}
	}
	_, table, _ := strings.Cut(document(t, "parity.md"), "\n## Routes\n")
	table, _, _ = strings.Cut(table, "\n## ")
	var rows []string
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "| `") {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	sorted := slices.Sorted(maps.Values(want))
	slices.Sort(rows)
	if !slices.Equal(rows, sorted) {
		t.Errorf("the table of routes in docs/parity.md should have the rows\n%s", strings.Join(sorted, "\n"))
	}
}

// words are how the page says what is compared.
func (h how) words() string {
	return map[how]string{equal: "content", shaped: "shape", status: "status and type", code: "status"}[h]
}
