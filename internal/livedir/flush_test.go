package livedir

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// cutPower empties what was never flushed, as a disk may that was not asked.
func cutPower(t *testing.T, d *Dir) {
	t.Helper()
	for sum := range d.current.unflushed {
		object, err := (&dropin.ManifestItem{SHA256: sum}).Object()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(d.path, object)
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPowerCutBeforeTheFlush(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	before := map[string]string{"a": "1", "b": "0"}
	publish(t, d, bundle(t, before))
	confirm(t, d)
	publish(t, d, bundle(t, map[string]string{"a": "1", "b": "2"}))
	cutPower(t, d)
	open(t, path)
	expect(t, path, "current", before)
	expect(t, path, "previous", before)
}

// Nothing was ever flushed but what the last flush named: changes that come
// faster than the disk takes them must not move "previous" on.
func TestPreviousIsFlushed(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	flushed := map[string]string{"a": "1", "b": "0"}
	publish(t, d, bundle(t, flushed))
	confirm(t, d)
	for _, v := range []string{"2", "3", "4"} {
		publish(t, d, bundle(t, map[string]string{"a": v, "b": "0"}))
		d.Confirm()
		if err := d.Prune(); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, path, "previous", flushed)
	cutPower(t, d)
	open(t, path)
	expect(t, path, "current", flushed)
}

// A flush that ends after the next publish counts for the files that both have.
func TestPublishDuringAFlush(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	publish(t, d, bundle(t, map[string]string{"a": "1", "b": "0"}))
	d.Confirm()
	f := d.StartFlush()
	publish(t, d, bundle(t, map[string]string{"a": "1", "b": "2"}))
	d.Flushed(f, f.Run())
	if got := len(d.current.unflushed); got != 1 || d.current.flushed {
		t.Errorf("%d files wait for the disk, want 1: %v", got, d.current.unflushed)
	}
	confirm(t, d)
	if d.StartFlush() != nil {
		t.Error("something is left to flush")
	}
}

// After a failed flush the same bytes may be read back and never reach the disk.
func TestFailedFlushIsWrittenAgain(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	files := map[string]string{"a": "1", "b": "0"}
	publish(t, d, bundle(t, files))
	d.Confirm()
	d.step = func(name string) error {
		if name == "flush generation" {
			return syscall.EIO
		}
		return nil
	}
	f := d.StartFlush()
	err := f.Run()
	if !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v", err)
	}
	d.Flushed(f, err)
	d.step = func(string) error { return nil }
	if w := publish(t, d, bundle(t, files)); w.Files != 2 {
		t.Errorf("got %+v", w)
	}
	confirm(t, d)
	expect(t, path, "current", files)
}
