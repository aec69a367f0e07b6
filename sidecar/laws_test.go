package sidecar

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The sidecar and the server agree on files and one HTTP request, and on no code.
func TestSidecarDoesNotImportTheServer(t *testing.T) {
	const module = "github.com/kube-monitoring-stack/kube-monitoring-stack/"
	allowed := map[string]bool{"dropin": true, "internal/livedir": true, "internal/manifest": true}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range f.Imports {
			path, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			own, ok := strings.CutPrefix(path, module)
			if ok && !allowed[own] {
				t.Errorf("%s imports %s", file, own)
			}
			if strings.HasPrefix(path, "github.com/prometheus/prometheus") {
				t.Errorf("%s imports %s: what a drop-in may hold is for package dropin", file, path)
			}
		}
	}
}
