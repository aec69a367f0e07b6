package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestWithoutComments(t *testing.T) {
	got, err := withoutComments([]byte("# Head.\na: 1 # Line.\nb: |-\n  # Of the expression.\n  up\n# Foot.\n"))
	if want := "a: 1\nb: |-\n  # Of the expression.\n  up\n"; err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// Only the comments go: every rule says the same before and after.
func TestRulesSayTheSameWithoutComments(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("../..", rulesDir, "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no rules: %v", err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.yaml") {
			continue
		}
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		after, err := withoutComments(before)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		var x, y any
		if err := yaml.Unmarshal(before, &x); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(after, &y); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(x, y) {
			t.Errorf("%s says something else without its comments", path)
		}
	}
}
