package livedir

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Flush is one wait for the disk. It is apart from [Dir.Publish], because under
// load a disk takes longer than all else from an edit to its effect takes
// together: the reader is asked to reload before, and the next change does not
// wait for it either.
type Flush struct {
	path, name string
	// objects are those to flush, by their hashes.
	objects map[string]struct{}
	// links is where in [Dir.linked] those begin that the disk may name afterwards.
	links int
	step  func(string) error
}

// StartFlush returns the flush of the current generation, nil if all of it is on
// the disk. One at a time: the next may be made when [Dir.Flushed] was told of it.
func (d *Dir) StartFlush() *Flush {
	if d.current.name == "" || d.current.flushed {
		return nil
	}
	f := &Flush{path: d.path, name: d.current.name, objects: maps.Clone(d.current.unflushed), step: d.step}
	// The links as they are now will be on the disk, or later ones.
	d.linked = append(d.linked, d.previous, d.current.name)
	f.links = len(d.linked) - 2
	return f
}

// Run waits. The directory may be published to meanwhile.
func (f *Flush) Run() error {
	if err := f.run(); err != nil {
		return fmt.Errorf("flush %s: %w", f.name, err)
	}
	return nil
}

// run goes from the inside to the outside: what a name names is on the disk
// before the name is, as far as that is for us to decide.
func (f *Flush) run() error {
	// A directory after what is in it.
	dirs := map[string]struct{}{}
	for sum := range f.objects {
		if err := f.step("flush object"); err != nil {
			return err
		}
		object, err := (&dropin.ManifestItem{SHA256: sum}).Object()
		if err != nil {
			return err
		}
		path := filepath.Join(f.path, object)
		if err := flush(path); err != nil {
			return err
		}
		dirs[filepath.Dir(path)] = struct{}{}
	}
	for dir := range dirs {
		if err := flush(dir); err != nil {
			return err
		}
	}
	if len(dirs) > 0 {
		if err := flush(filepath.Join(f.path, dropin.ObjectsDir)); err != nil {
			return err
		}
	}
	if err := f.step("flush generation"); err != nil {
		return err
	}
	dir := filepath.Join(f.path, f.name)
	for _, path := range []string{filepath.Join(dir, dropin.ManifestName), dir} {
		if err := flush(path); err != nil {
			return err
		}
	}
	if err := f.step("flush names"); err != nil {
		return err
	}
	return flush(f.path)
}

// Flushed notes how a flush ended. What the disk did not take is written again
// at the next publish.
func (d *Dir) Flushed(f *Flush, err error) {
	for sum := range f.objects {
		if _, used := d.current.intact[sum]; !used {
			continue
		}
		// The current generation is the one that was flushed, or shares the object.
		if err != nil {
			delete(d.current.intact, sum)
			d.doubtful = d.current.name
			continue
		}
		delete(d.current.unflushed, sum)
	}
	if err != nil {
		if d.current.name == f.name {
			d.current.intact, d.doubtful = nil, f.name
		}
		return
	}
	if d.current.name == f.name {
		d.current.flushed, d.current.unflushed = true, nil
	}
	if d.doubtful == f.name {
		d.doubtful = ""
	}
	d.linked = slices.Clone(d.linked[f.links:])
}

// writeNew writes a file that does not exist yet.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// flush waits until the bytes of a file, or the names in a directory, are on the
// disk.
func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
