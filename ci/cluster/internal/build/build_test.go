package build

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

func builder(t *testing.T) Builder {
	dir := t.TempDir()
	in := func(part string) func(string) string {
		return func(name string) string { return filepath.Join(dir, part, name) }
	}
	return Builder{Bin: in("bin"), Src: in("src"), Log: in("log")}
}

func TestReadyOnlyForTheSameProgram(t *testing.T) {
	b := builder(t)
	p := Program{Name: "tool", Module: "example.com/tool", Version: "v1.0.0", Package: "example.com/tool"}
	if b.Ready(p) {
		t.Fatal("ready before it was built")
	}
	for path, text := range map[string]string{b.Bin("tool"): "program", b.stamp(p): p.digest()} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if !b.Ready(p) {
		t.Fatal("not ready although it is there")
	}
	for what, other := range map[string]func(*Program){
		"version": func(p *Program) { p.Version = "v1.0.1" },
		"source":  func(p *Program) { p.Source = "package main" },
		"flags":   func(p *Program) { p.LDFlags = "-X a.b=c" },
		"staging": func(p *Program) { p.StagingReplaces = func(v string) string { return "v0" + v } },
		"files":   func(p *Program) { p.InPlace = map[string]string{"a": "b"} },
		"system":  func(p *Program) { p.OS = "plan9" },
		"tags":    func(p *Program) { p.Tags = "more" },
		"needs":   func(p *Program) { p.With = map[string]string{"example.com/other": "v1.0.0"} },
	} {
		q := p
		other(&q)
		if b.Ready(q) {
			t.Errorf("another %s counts as built", what)
		}
	}
	if err := os.Remove(b.Bin("tool")); err != nil {
		t.Fatal(err)
	}
	if b.Ready(p) {
		t.Error("ready although the program is gone")
	}
}

func TestWriteModule(t *testing.T) {
	dir := t.TempDir()
	p := Program{
		Name: "tool", Module: "example.com/tool", Version: "v1.2.3", Source: "package main\n",
		With: map[string]string{"example.com/other": "v1.9.0"},
	}
	if err := writeModule(t.Context(), p, dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	for _, want := range []string{"example.com/tool v1.2.3", "example.com/other v1.9.0"} {
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("go.mod (%v) lacks %s:\n%s", err, want, text)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "main.go")); err != nil {
		t.Error(err)
	}
}

// A program takes the versions of the module it is built like, but for older ones than it
// asks for, and for those that it is told; one that is built apart takes none.
func TestLike(t *testing.T) {
	b := builder(t)
	b.Like = t.TempDir()
	if err := os.WriteFile(filepath.Join(b.Like, "go.mod"), []byte(`module example.com/product

require (
	example.com/newer v1.5.0
	example.com/older v1.1.0
	example.com/told v1.0.0
)
`), 0o644); err != nil {
		t.Fatal(err)
	}
	p := Program{Name: "tool", Module: "example.com/tool", Version: "v1.0.0", With: map[string]string{"example.com/told": "v1.7.0"}}
	like, err := b.adopt(p)
	if err != nil {
		t.Fatal(err)
	}
	f, err := modfile.Parse("go.mod", []byte("module build/tool\n\nrequire example.com/older v1.2.0\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := require(f, like); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range f.Require {
		got[r.Mod.Path] = r.Mod.Version
	}
	if want := map[string]string{"example.com/newer": "v1.5.0", "example.com/older": "v1.2.0", "example.com/told": "v1.7.0"}; !maps.Equal(got, want) {
		t.Errorf("required are %v, want %v", got, want)
	}

	p.Apart = true
	apart, err := b.adopt(p)
	if err != nil || !maps.Equal(apart.With, p.With) {
		t.Errorf("a program that is built apart has %v (%v)", apart.With, err)
	}
	if like.digest() == apart.digest() {
		t.Error("a program counts as built although it was built with other versions")
	}

	b.Like = t.TempDir()
	if _, err := b.Build(t.Context(), Program{Name: "tool", Module: "example.com/tool", Version: "v1.0.0"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("built like a module that is not there: %v", err)
	}
}

func TestBuildLocal(t *testing.T) {
	b, dir := builder(t), t.TempDir()
	l := Local{Name: "hello", Dir: dir, Package: "."}
	write := func(word string) {
		t.Helper()
		for name, text := range map[string]string{"go.mod": "module hello\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() { println(\"" + word + "\") }\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	said := func() string {
		t.Helper()
		out, err := exec.Command(b.Bin("hello")).CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	for _, word := range []string{"one", "two"} {
		write(word)
		if err := b.BuildLocal(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		if said() != word {
			t.Errorf("it says %q, want %q", said(), word)
		}
	}
	// A killed build leaves a part of a program, which must not be taken for a finished one.
	if err := os.Rename(b.Bin("hello"), b.Bin("hello")+".building"); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(b.Bin("hello")+".building", 4096); err != nil {
		t.Fatal(err)
	}
	if err := b.BuildLocal(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	if said() != "two" {
		t.Errorf("after a killed build it says %q", said())
	}

	write("\"\n broken")
	var failed *Error
	if err := b.BuildLocal(t.Context(), l); !errors.As(err, &failed) {
		t.Fatalf("error %v does not name a log", err)
	}
	log, err := os.ReadFile(failed.Log)
	if err != nil || !strings.Contains(string(log), "main.go") {
		t.Errorf("the log (%v) does not hold what the compiler said:\n%s", err, log)
	}
}

// A module that wants a newer patch release of Go than the one at hand is built by that.
func TestTakeThisGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "go.mod")
	if err := os.WriteFile(path, []byte("module tool\n\ngo 1.99.1\n\ntoolchain go1.99.2\n\nrequire example.com/other v1.0.0\n"), 0o444); err != nil {
		t.Fatal(err)
	}
	if err := amend(path, Program{}, true); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	want := "module tool\n\ngo " + strings.TrimPrefix(runtime.Version(), "go") + "\n\nrequire example.com/other v1.0.0\n"
	if err != nil || string(text) != want {
		t.Errorf("%v: %s", err, text)
	}
}
