package livedir

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// keep is how many generations stay beside those that the links name. A reader
// that resolved "current" before the last few publishes may still be reading.
const keep = 2

// Prune removes generations that nobody needs any more. It is apart from
// Publish so that removing thousands of names delays no reload.
func (d *Dir) Prune() error {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return fmt.Errorf("prune generations: %w", err)
	}
	var old []fs.FileInfo
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), genPrefix) || e.Name() == d.current.name || e.Name() == d.previous || e.Name() == d.back ||
			slices.Contains(d.linked, e.Name()) {
			// After a power cut a link may be what it was before the last flush.
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
	for _, info := range old[min(keep, len(old)):] {
		if err := d.remove(info.Name()); err != nil {
			return fmt.Errorf("prune generations: %w", err)
		}
		d.recent = slices.DeleteFunc(d.recent, func(name string) bool { return name == info.Name() })
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
