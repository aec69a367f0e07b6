package parity

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
)

// TestDiscoveries asks each server for each of upstream's discoveries. All are in
// Prometheus and in our full build; the default build has those that
// docs/server-flags.md lists, and refuses the others by name.
func TestDiscoveries(t *testing.T) {
	t.Parallel()
	names := upstreamDiscoveries(t)
	if len(names) < 30 {
		t.Fatalf("only %d discoveries are found in upstream's source: %v", len(names), names)
	}
	documented := documentedDiscoveries(t)
	for _, s := range []side{upstream(), {"full build", build.FullServer}, {"default build", build.Server}} {
		dir := t.TempDir()
		in := start(t, s, server{dir: dir, args: []string{"--web.enable-lifecycle"}})
		var has []string
		for _, name := range names {
			field := name + "_sd_configs"
			if name == "static" {
				field = name + "_configs"
			}
			// An empty list is enough to be known, and discovers nothing.
			write(t, filepath.Join(dir, "prometheus.yml"), "scrape_configs: [{job_name: x, "+field+": []}]\n")
			a, err := request(t.Context(), http.MethodPost, in.URL+"/-/reload", "", nil)
			if err != nil {
				t.Fatal(err)
			}
			if a.status == http.StatusOK {
				has = append(has, name)
			} else if !strings.Contains(string(a.body), field) {
				t.Errorf("%s refuses %s and does not name it: %s", s.name, field, a.body)
			}
		}
		want := names
		if s.name == "default build" {
			want = documented
		}
		if !slices.Equal(has, want) {
			t.Errorf("%s has the discoveries %v, want %v", s.name, has, want)
		}
		t.Logf("%s: %d discoveries", s.name, len(has))
	}
}

// upstreamDiscoveries reads the names out of upstream's source: what the Name
// methods of types named …SDConfig return.
func upstreamDiscoveries(t *testing.T) []string {
	t.Helper()
	dir, err := build.ModuleDir(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"static"} // has no type of its own
	err = filepath.WalkDir(filepath.Join(dir, "discovery"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "Name" && f.Recv != nil && f.Body != nil {
				names = append(names, namedConfig(f)...)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// namedConfig is the literal that a method of an …SDConfig returns.
func namedConfig(f *ast.FuncDecl) []string {
	recv := f.Recv.List[0].Type
	if star, ok := recv.(*ast.StarExpr); ok {
		recv = star.X
	}
	typ, ok := recv.(*ast.Ident)
	if !ok || !strings.HasSuffix(typ.Name, "SDConfig") {
		return nil
	}
	for _, s := range f.Body.List {
		r, ok := s.(*ast.ReturnStmt)
		if !ok || len(r.Results) != 1 {
			continue
		}
		if lit, ok := r.Results[0].(*ast.BasicLit); ok {
			if name, err := strconv.Unquote(lit.Value); err == nil {
				return []string{name}
			}
		}
	}
	return nil
}

// documentedDiscoveries are those of the default build.
func documentedDiscoveries(t *testing.T) []string {
	t.Helper()
	m := regexp.MustCompile("(?s)The default build has the discoveries.*?: (.*?)\\.").FindStringSubmatch(document(t, "server-flags.md"))
	if m == nil {
		t.Fatal("docs/server-flags.md does not list the discoveries of the default build")
	}
	names := inBackticks(m[1])
	slices.Sort(names)
	return names
}

// documentedFeatures are the names that docs/server-flags.md says are taken.
func documentedFeatures(t *testing.T) []string {
	t.Helper()
	_, section, ok := strings.Cut(document(t, "server-flags.md"), "\n## Features\n")
	section, _, ok2 := strings.Cut(section, "Not offered:")
	names := slices.DeleteFunc(inBackticks(section), func(s string) bool { return strings.HasPrefix(s, "--") })
	if !ok || !ok2 || len(names) < 20 {
		t.Fatalf("docs/server-flags.md lists the features %v", names)
	}
	return names
}

func inBackticks(text string) (out []string) {
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// document is the text of a page in docs.
func document(t *testing.T, name string) string {
	t.Helper()
	root, err := build.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
