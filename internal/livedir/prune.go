package livedir

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// keep is how many generations stay beside those that the links name. A reader
// that resolved "current" before the last few publishes may still be reading.
const keep = 2

// Prune removes generations that nobody needs any more, and the objects that only
// they listed. It is apart from Publish so that it delays no reload.
func (d *Dir) Prune() error {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return fmt.Errorf("prune generations: %w", err)
	}
	var old []fs.FileInfo
	// eldest is the number of the eldest generation that stays.
	eldest := d.made
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), genPrefix) {
			continue
		}
		if e.Name() == d.current.name || e.Name() == d.previous || e.Name() == d.back || slices.Contains(d.linked, e.Name()) {
			// After a power cut a link may be what it was before the last flush.
			eldest = min(eldest, d.born[e.Name()])
			continue
		}
		if info, err := e.Info(); err == nil {
			old = append(old, info)
		}
	}
	slices.SortFunc(old, func(a, b fs.FileInfo) int {
		// What this life published is younger than what it found.
		return cmp.Or(
			slices.Index(d.recent, b.Name())-slices.Index(d.recent, a.Name()),
			b.ModTime().Compare(a.ModTime()), strings.Compare(a.Name(), b.Name()),
		)
	})
	for i, info := range old {
		if i < keep {
			eldest = min(eldest, d.born[info.Name()])
			continue
		}
		if err := d.remove(info.Name()); err != nil {
			return fmt.Errorf("prune generations: %w", err)
		}
		delete(d.born, info.Name())
		d.recent = slices.DeleteFunc(d.recent, func(name string) bool { return name == info.Name() })
	}
	return d.pruneObjects(eldest)
}

// pruneObjects removes the objects that were last listed by generations older than
// eldest, which are gone.
func (d *Dir) pruneObjects(eldest int) error {
	for sum, until := range d.dropped {
		if until >= eldest {
			continue
		}
		if err := d.step("prune object"); err != nil {
			return fmt.Errorf("prune objects: %w", err)
		}
		object, err := (&dropin.ManifestItem{SHA256: sum}).Object()
		if err == nil {
			err = os.Remove(filepath.Join(d.path, object))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("prune objects: %w", err)
		}
		delete(d.dropped, sum)
	}
	return nil
}

// remove takes the generation's name away first, so that dying meanwhile leaves
// no generation that looks complete and is not.
func (d *Dir) remove(name string) error {
	if err := d.step("prune"); err != nil {
		return err
	}
	tmp := filepath.Join(d.path, tempPrefix+"old-"+name)
	if err := os.Rename(filepath.Join(d.path, name), tmp); err != nil {
		return err
	}
	if err := d.step("prune remove"); err != nil {
		return err
	}
	return os.RemoveAll(tmp)
}
