package livedir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Confirm notes that the reader took the current generation, which makes it the
// one to go back to as soon as it is flushed.
func (d *Dir) Confirm() { d.confirmed = true }

// Rollback makes the generation that was last confirmed current again and drops
// the one that the reader refused. Without an earlier one, no generation is
// current afterwards.
func (d *Dir) Rollback() error {
	refused := d.current.name
	back, err := d.load(d.back)
	if err != nil || d.back == refused {
		if err := d.step("unlink"); err != nil {
			return fmt.Errorf("roll back %s: %w", refused, err)
		}
		if err := os.Remove(filepath.Join(d.path, currentLink)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("roll back %s: %w", refused, err)
		}
		d.become(generation{}, d.made)
		d.confirmed = false
		return nil
	}
	if err := d.point(currentLink, d.back); err != nil {
		return fmt.Errorf("roll back %s: %w", refused, err)
	}
	d.become(back, d.made)
	d.confirmed = true
	return nil
}

// point makes a link name a generation, atomically: a symlink cannot be changed
// in place, but renaming over it replaces it in one step.
func (d *Dir) point(link, generation string) error {
	if err := d.step(link); err != nil {
		return err
	}
	tmp := filepath.Join(d.path, tempPrefix+link)
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(generation, tmp); err != nil {
		return err
	}
	if err := d.step(link + " rename"); err != nil {
		return err
	}
	if err := os.Rename(tmp, filepath.Join(d.path, link)); err != nil {
		return err
	}
	d.linked = append(d.linked, generation)
	return nil
}

// replace moves a finished generation to its name. A directory of that name is
// only there when it is damaged; it goes to a name that Open clears.
func (d *Dir) replace(tmp, final string) error {
	if _, err := os.Lstat(final); err == nil {
		damaged, err := os.MkdirTemp(d.path, tempPrefix+"damaged-*")
		if err != nil {
			return err
		}
		if err := os.Rename(final, filepath.Join(damaged, filepath.Base(final))); err != nil {
			return err
		}
		defer os.RemoveAll(damaged)
	}
	if err := d.step("generation rename"); err != nil {
		return err
	}
	return os.Rename(tmp, final)
}
