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
	// files are those to flush, with their hashes.
	files map[string]string
	dirs  []string
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
	dir := filepath.Join(d.path, d.current.name)
	f := &Flush{path: d.path, name: d.current.name, files: map[string]string{}, step: d.step}
	subdirs := map[string]struct{}{}
	for _, it := range d.current.manifest.Items {
		subdirs[filepath.Join(dir, filepath.Dir(it.File))] = struct{}{}
		if _, waits := d.current.unflushed[it.File]; waits {
			f.files[it.File] = it.SHA256
		}
	}
	// A directory after those below it.
	f.dirs = append(slices.Collect(maps.Keys(subdirs)), dir)
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
	dir := filepath.Join(f.path, f.name)
	for file := range f.files {
		if err := f.step("flush file"); err != nil {
			return err
		}
		if err := flush(filepath.Join(dir, file)); err != nil {
			return err
		}
	}
	if err := f.step("flush generation"); err != nil {
		return err
	}
	if err := flush(filepath.Join(dir, dropin.ManifestName)); err != nil {
		return err
	}
	for _, sub := range f.dirs {
		if err := flush(sub); err != nil {
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
	for file, sum := range f.files {
		if d.current.intact[file] != sum {
			continue
		}
		// The current generation is the one that was flushed, or shares the file.
		if err != nil {
			delete(d.current.intact, file)
			d.doubtful = d.current.name
			continue
		}
		delete(d.current.unflushed, file)
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
