package sidecar

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// looked runs a Directory source and collects what it delivers.
type looked struct {
	t      *testing.T
	dir    string
	source *Directory
	events chan Event
	broken chan error
}

func lookAt(t *testing.T, dir string) *looked {
	t.Helper()
	l := &looked{t: t, dir: dir, events: make(chan Event, 100), broken: make(chan error, 100)}
	l.source = NewDirectory(dir, func(_ string, err error) { l.broken <- err })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.source.Run(ctx, func(ev Event) {
			select {
			case l.events <- ev:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() { cancel(); <-done })
	return l
}

func (l *looked) until(what string, f func(Event) bool) []Event {
	l.t.Helper()
	var got []Event
	deadline := time.After(20 * time.Second)
	for {
		select {
		case ev := <-l.events:
			got = append(got, ev)
			if f(ev) {
				return got
			}
		case <-deadline:
			l.t.Fatalf("waited for %s, got %+v", what, got)
		}
	}
}

// write writes a file in place, rename through a temporary file as editors do.
func (l *looked) write(name string, cms ...*corev1.ConfigMap) {
	l.t.Helper()
	l.writeText(name, manifestOf(l.t, cms...))
}

func (l *looked) writeText(name, text string) {
	l.t.Helper()
	path := filepath.Join(l.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
}

func (l *looked) rename(name string, cms ...*corev1.ConfigMap) {
	l.t.Helper()
	l.write("."+name+".swp", cms...)
	if err := os.Rename(filepath.Join(l.dir, "."+name+".swp"), filepath.Join(l.dir, name)); err != nil {
		l.t.Fatal(err)
	}
}

func manifestOf(t *testing.T, cms ...*corev1.ConfigMap) string {
	t.Helper()
	var docs []string
	for _, cm := range cms {
		cm.APIVersion, cm.Kind, cm.ResourceVersion = "v1", "ConfigMap", ""
		raw, err := yaml.Marshal(cm)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, string(raw))
	}
	return strings.Join(docs, "---\n")
}

func TestDirectoryDeliversChanges(t *testing.T) {
	dir := t.TempDir()
	first := &looked{t: t, dir: dir}
	first.write("a.yaml", rules("a", 1), rules("b", 1))
	first.writeText("readme.md", "no manifest")
	l := lookAt(t, dir)
	if got := l.until("the first look", synced); len(got) != 3 {
		t.Errorf("got %+v", got)
	}
	l.write("a.yaml", rules("a", 1), rules("b", 2))
	for _, ev := range l.until("b", isPut("b")) {
		if isPut("a")(ev) {
			t.Error("what did not change was delivered again")
		}
	}
	l.rename("a.yaml", rules("a", 2), rules("b", 2))
	l.until("a, saved by renaming", isPut("a"))
	l.rename("a.yaml", rules("a", 2))
	l.until("the end of b", isGone("b"))
	l.write("below/c.json", rules("c", 1))
	l.until("c in a new directory", isPut("c"))
	l.write("below/c.json", rules("c", 2))
	l.until("c once more", isPut("c"))
	if err := os.RemoveAll(filepath.Join(dir, "below")); err != nil {
		t.Fatal(err)
	}
	l.until("the end of c", isGone("c"))
}

// kubelet and config management swap a symlink instead of writing files.
func TestDirectoryFollowsASwappedSymlink(t *testing.T) {
	data := t.TempDir()
	for i, name := range []string{"one", "two"} {
		(&looked{t: t, dir: filepath.Join(data, name)}).write("a.yaml", rules("a", i))
	}
	dir := t.TempDir()
	link := func(target string) {
		tmp := filepath.Join(dir, "tmp")
		if err := os.Symlink(filepath.Join(data, target, "a.yaml"), tmp); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(tmp, filepath.Join(dir, "a.yaml")); err != nil {
			t.Fatal(err)
		}
	}
	link("one")
	l := lookAt(t, dir)
	l.until("the first look", synced)
	link("two")
	l.until("the second version", isPut("a"))
}

func TestDirectoryKeepsWhatABrokenFileHeld(t *testing.T) {
	dir := t.TempDir()
	l := lookAt(t, dir)
	l.until("the first look", synced)
	l.write("a.yaml", rules("a", 1))
	l.until("a", isPut("a"))
	l.writeText("a.yaml", "kind: ConfigMap\n\tnot yaml")
	if err := <-l.broken; err == nil || !strings.Contains(err.Error(), "a.yaml") {
		t.Errorf("told %v", err)
	}
	l.write("b.yaml", rules("b", 1))
	for _, ev := range l.until("b", isPut("b")) {
		if isGone("a")(ev) {
			t.Error("a slip took the object away")
		}
	}
	l.write("a.yaml", rules("a", 2))
	if err := <-l.broken; err != nil {
		t.Errorf("told %v", err)
	}
	l.until("a, mended", isPut("a"))
}

func TestDirectoryLocatesProblems(t *testing.T) {
	l := lookAt(t, t.TempDir())
	l.writeText("x.yaml", "kind: ConfigMap\nmetadata: {name: x, namespace: team}\ndata:\n  k: |\n    one\n    two\n")
	l.until("x", isPut("x"))
	file, line, ok := l.source.Locate(dropin.Problem{Ref: dropin.Ref{Namespace: "team", Name: "x", Key: "k"}, Line: 2})
	if filepath.Base(file) != "x.yaml" || line != 6 || !ok {
		t.Errorf("got %s:%d %v", file, line, ok)
	}
}

// A directory that cannot be read is not an empty one.
func TestDirectoryThatIsAway(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	(&looked{t: t, dir: dir}).write("a.yaml", rules("a", 1))
	l := lookAt(t, dir)
	l.until("the first look", synced)
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); l.source.Status().Error == ""; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the status says nothing of it")
		}
	}
	for len(l.events) > 0 {
		if ev := <-l.events; isGone("a")(ev) {
			t.Error("taken for empty")
		}
	}
}
