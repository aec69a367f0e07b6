package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestGuardsManual_IsTheTruth holds docs/guards.md against the real flags and
// their defaults, and against the alerts and runbooks there are.
func TestGuardsManual_IsTheTruth(t *testing.T) {
	raw, err := os.ReadFile("../../docs/guards.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	app, _ := newApp(io.Discard)
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| .* \\| `--([a-z.-]+)` \\| `([^`]+)` \\|$").FindAllStringSubmatch(page, -1) {
		documented[m[1]] = true
		f := app.GetFlag(m[1])
		if f == nil {
			t.Errorf("there is no flag --%s", m[1])
			continue
		}
		if d := f.Model().Default; !slices.Equal(d, []string{m[2]}) {
			t.Errorf("--%s defaults to %v, not to %s", m[1], d, m[2])
		}
	}
	for _, f := range app.Model().Flags {
		if strings.HasPrefix(f.Name, "guard.") && !documented[f.Name] {
			t.Errorf("the page has no row for --%s", f.Name)
		}
	}

	alerts := rulesOf(t)
	linked := regexp.MustCompile(`\[(\w+)\]\(runbooks/(\w+)\.md\)`).FindAllStringSubmatch(page, -1)
	if len(linked) < 10 {
		t.Fatalf("the page names only %d alerts", len(linked))
	}
	for _, m := range linked {
		if m[1] != m[2] || !strings.Contains(alerts, "alert: "+m[1]+"\n") {
			t.Errorf("there is no alert %s", m[1])
		}
		if _, err := os.Stat(filepath.Join("../../docs/runbooks", m[2]+".md")); err != nil {
			t.Error(err)
		}
	}
}

// rulesOf is the text of all rules of the stack about its own guards.
func rulesOf(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../rules/guards.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
