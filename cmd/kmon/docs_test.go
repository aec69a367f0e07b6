package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The commands in the documentation print what it says they print.
func TestDocs(t *testing.T) {
	fence := regexp.MustCompile("(?ms)^```(\\w+) ?(\\S*)\n(.*?)^```$")
	for _, page := range []string{"check.md", "migrate.md"} {
		t.Run(page, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			ran := 0
			for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
				if name := m[2]; name != "" {
					if err := os.WriteFile(name, []byte(m[3]), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				if m[1] != "console" {
					continue
				}
				for _, part := range strings.Split("\n"+m[3], "\n$ kmon ")[1:] {
					command, want, _ := strings.Cut(part, "\n")
					var out, errs bytes.Buffer
					Run(t.Context(), strings.Fields(command), streams{strings.NewReader(""), &out, &errs})
					if got := strings.TrimRight(out.String()+errs.String(), "\n"); got != strings.TrimRight(want, "\n") {
						t.Errorf("kmon %s prints\n%s\nand not\n%s", command, got, want)
					}
					ran++
				}
			}
			if ran == 0 {
				t.Error("no command is shown")
			}
		})
	}
}
