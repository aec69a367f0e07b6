package dropin_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestImports: the package is pure. What does I/O, keeps time or logs is not imported.
func TestImports(t *testing.T) {
	never := []string{"os", "net", "net/http", "log", "log/slog", "io/ioutil", "path/filepath", "math/rand", "math/rand/v2"}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source files: %v", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range parsed.Imports {
			path, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(never, path) || strings.HasPrefix(path, "k8s.io/client-go") {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}
