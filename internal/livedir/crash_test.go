package livedir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// killed is what the test panics with: no error path runs, as after a SIGKILL.
type killed struct{}

// dieAt lets the writer die before its nth step and tells which one that was.
func dieAt(d *Dir, n int, f func()) (step string) {
	defer func() {
		if r := recover(); r != nil && r != (killed{}) {
			panic(r)
		}
	}()
	d.step = func(name string) error {
		if n--; n < 0 {
			step = name
			panic(killed{})
		}
		return nil
	}
	f()
	return ""
}

func TestKilledAtEachStep(t *testing.T) {
	before := map[string]string{"a": "1", "b": "1"}
	after := map[string]string{"a": "1", "b": "2", "c": "2"}
	for n := 0; ; n++ {
		path := t.TempDir()
		d := open(t, path)
		for _, v := range []string{"x", "y", "z"} { // so that there is something to prune
			publish(t, d, bundle(t, map[string]string{"a": v}))
			confirm(t, d)
		}
		publish(t, d, bundle(t, before))
		confirm(t, d)
		step := dieAt(d, n, func() {
			publish(t, d, bundle(t, after))
			confirm(t, d)
			if err := d.Prune(); err != nil {
				t.Fatal(err)
			}
		})
		if step == "" {
			if n < 7 {
				t.Errorf("only %d steps were tried", n)
			}
			return
		}
		t.Run(fmt.Sprintf("%d %s", n, step), func(t *testing.T) {
			got := contents(t, path, "current")
			if !cmp.Equal(got, before) && !cmp.Equal(got, after) {
				t.Fatalf("current is neither the one before nor the one after: %v", got)
			}
			if contents(t, path, "previous") == nil {
				t.Error("there is nothing to go back to")
			}
			d := open(t, path)
			noTemporary(t, path)
			noneLost(t, path)
			publish(t, d, bundle(t, after))
			expect(t, path, "current", after)
			// By and by nothing is left of those of the first life.
			outlive(t, d)
			noneLost(t, path)
		})
	}
}

func TestErrorAtEachStepLosesNothing(t *testing.T) {
	before := map[string]string{"a": "1", "b": "1"}
	after := map[string]string{"a": "1", "b": "2", "c": "2"}
	for n := 0; ; n++ {
		path := t.TempDir()
		d := open(t, path)
		publish(t, d, bundle(t, before))
		confirm(t, d)
		left, failed := n, ""
		d.step = func(name string) error {
			if left--; left == -1 {
				failed = name
				return fmt.Errorf("step %s: %w", name, syscall.ENOSPC)
			}
			return nil
		}
		_, err := d.Publish(bundle(t, after))
		if failed == "" {
			return
		}
		t.Run(fmt.Sprintf("%d %s", n, failed), func(t *testing.T) {
			if !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("got error %v", err)
			}
			expect(t, path, "current", before)
			publish(t, d, bundle(t, after))
			expect(t, path, "current", after)
			expect(t, path, "previous", before)
		})
	}
}

func noTemporary(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) {
			t.Errorf("leftover %s", e.Name())
		}
	}
}

func TestOpenMendsDanglingCurrent(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	before := map[string]string{"a": "1"}
	publish(t, d, bundle(t, before))
	confirm(t, d)
	publish(t, d, bundle(t, map[string]string{"a": "2"}))
	target, err := os.Readlink(filepath.Join(path, "current"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(path, target)); err != nil {
		t.Fatal(err)
	}
	if d = open(t, path); len(d.Current().Items) != 1 {
		t.Errorf("current: %+v", d.Current())
	}
	expect(t, path, "current", before)
}

func TestDamagedFileIsWrittenAgain(t *testing.T) {
	path := t.TempDir()
	files := map[string]string{"a": "1", "b": "2"}
	publish(t, open(t, path), bundle(t, files))
	if err := os.WriteFile(objectOf(t, path, "current", "a"), []byte("?"), fileMode); err != nil {
		t.Fatal(err)
	}
	d := open(t, path)
	for _, it := range d.Current().Items {
		if _, err := d.Read(it); (err != nil) != (it.Ref.Key == "a") {
			t.Errorf("read %s: %v", it.Ref, err)
		}
	}
	if w := publish(t, d, bundle(t, files)); w != (Written{Files: 1, Kept: 1}) {
		t.Errorf("got %+v", w)
	}
	expect(t, path, "current", files)
	noTemporary(t, path)
}

func TestOpenRefusesWhatIsNotALink(t *testing.T) {
	path := t.TempDir()
	if err := os.Mkdir(filepath.Join(path, "current"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "not a symlink") {
		t.Errorf("got %v", err)
	}
}

func TestOpenIgnoresLinkOutOfTheDirectory(t *testing.T) {
	path := t.TempDir()
	if err := os.Symlink("../elsewhere", filepath.Join(path, "current")); err != nil {
		t.Fatal(err)
	}
	if d := open(t, path); d.Current().Digest != "" {
		t.Errorf("current: %+v", d.Current())
	}
}
