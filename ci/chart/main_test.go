package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTreeIsUpToDate(t *testing.T) {
	if err := run("../..", true, io.Discard); err != nil {
		t.Error(err)
	}
}

// A copy of a small project: what differs is named, then written, then no longer differs.
func TestRun(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		chartDir + "/values.yaml":               "# -- A.\na: 1\n",
		chartDir + "/Chart.yaml":                "before\n" + imagesBegin + "old\n" + imagesEnd + "after\n",
		chartDir + "/README.md":                 "before\n" + tableBegin + "old\n" + tableEnd + "after\n",
		chartRules + "/gone.yaml":               "groups: []\n",
		rulesDir + "/new.yaml":                  "groups: []\n",
		rulesDir + "/new_test.yaml":             "tests: []\n",
		recipesPage:                             "before\n" + recipesBegin + "old\n" + recipesEnd + "after\n",
		chartDir + "/ci/few-things-values.yaml": "# Few.\na: 2\n",
		shapesFile:                              "image:\n  # -- Tag.\n  tag: \"\"\n",
		movedFile:                               "prometheus: set a\n",

		chartContent + "/dashboards/new.json":     "{}\n",
		chartContent + "/dashboards/gone.json.gz": "",
	} {
		full := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	err := run(root, true, io.Discard)
	for _, want := range []string{"values.schema.json", "Chart.yaml", "README.md", "new.yaml", "gone.yaml", "new.json.gz", "gone.json.gz", "make generate"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the check says %v, want it to name %s", err, want)
		}
	}
	if err := run(root, false, io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := run(root, true, io.Discard); err != nil {
		t.Errorf("after writing: %v", err)
	}
	if _, err := os.Stat(filepath.Join(root, chartRules, "new_test.yaml")); err == nil {
		t.Error("unit tests are in the chart")
	}
	recipes, err := os.ReadFile(filepath.Join(root, recipesPage))
	if want := "before\n" + recipesBegin + "\n## Few things\n\nFew.\n\n```yaml\na: 2\n```\n" + recipesEnd + "after\n"; err != nil || string(recipes) != want {
		t.Errorf("the recipes are %q, %v, want %q", recipes, err, want)
	}
	readme, err := os.ReadFile(filepath.Join(root, chartDir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(readme); !strings.HasPrefix(got, "before\n") || !strings.HasSuffix(got, "after\n") || !strings.Contains(got, "| `a` | `1` | A. |") {
		t.Errorf("the README is now %q", got)
	}
}

// The compressed form of a dashboard is whatever holds it.
func TestCompressed(t *testing.T) {
	archive, err := compressed([]byte("{\"uid\":\"a\"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if !holds(archive, []byte("{\"uid\":\"a\"}")) || holds(archive, []byte("{\"uid\":\"b\"}")) || holds([]byte("{}"), []byte("{}")) {
		t.Error("what is held is not told from what is not")
	}
}
