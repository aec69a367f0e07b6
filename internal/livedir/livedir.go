// Package livedir is the directory through which the sidecar hands drop-ins to
// its neighbour. Every published set is a directory of its own that never
// changes, a generation, and the symlink "current" names the one in use. What a
// generation lists lies beside it, in objects named by the hash of their bytes, which
// generations share:
//
//	<live>/current  -> gen-<digest>
//	<live>/previous -> gen-<digest>
//	<live>/gen-<digest>/manifest.json
//	<live>/objects/<2 digits>/<sha256>
//
// A reader that resolves "current" once sees one complete set, whatever happens
// meanwhile. A writer that dies at any step leaves the set that was in use, and
// [Open] clears away what it left half done. After a power cut "current" may name
// a set that the disk did not get whole; a reader finds that out by the hashes in
// its manifest, and what "previous" names is whole.
//
// The package knows nothing of what the files mean, and does not tell anyone to
// read them.
package livedir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

const (
	currentLink  = "current"
	previousLink = "previous"
	statusFile   = "status.json"
	genPrefix    = "gen-"
	// tempPrefix marks everything that is not finished. Nothing with it is ever
	// named by a link, so Open may remove it.
	tempPrefix = ".tmp-"

	// The neighbour often runs as another user of the same group (fsGroup), and
	// scrape configurations can hold passwords: readable by the group, not by all.
	dirMode  = 0o750
	fileMode = 0o640
)

// Dir is a live directory, opened by its only writer. Its methods must not be
// called at the same time, except [Dir.WriteStatus]; a [Flush] may run meanwhile.
type Dir struct {
	path    string
	current generation
	// previous is the name of the generation that "previous" names, back that of
	// the one that the reader confirmed before the current one. They differ while
	// the disk is behind.
	previous, back string
	// confirmed says that the reader took the current generation.
	confirmed bool
	// doubtful is the generation that the disk failed to take, if any. Reading it
	// back proves nothing: what is read may never reach the disk.
	doubtful string
	// linked are the generations that a link on the disk may name, oldest first:
	// those that links were pointed at since the links were last flushed.
	linked []string
	// recent are the generations in the order in which this life published them,
	// oldest first. The times of files come from a clock that may jump.
	recent []string
	// made counts the generations that this life made, born is the number of each;
	// those from before have none, which is 0. dropped are the objects that the
	// current generation does not list, with the number of the youngest that may.
	made          int
	born, dropped map[string]int

	// step is called before each step of a write, so that tests can fail or die there.
	step func(name string) error
}

// generation is what the writer remembers of a published set.
type generation struct {
	name     string // "gen-<digest>", empty when there is none
	manifest dropin.Manifest
	// intact are the objects that are there as the manifest says, by their hashes.
	// Only these are kept for the next generation.
	intact map[string]struct{}
	// unflushed are the objects that may not be on the disk yet, flushed that all of
	// the generation is.
	unflushed map[string]struct{}
	flushed   bool
}

// Open makes the directory at path if there is none, clears what a writer that
// died left behind, and finds the generation in use. A "current" that names
// nothing usable is set back to "previous".
func Open(path string) (*Dir, error) {
	if err := os.MkdirAll(path, dirMode); err != nil {
		return nil, fmt.Errorf("make live directory: %w", err)
	}
	d := &Dir{path: path, born: map[string]int{}, dropped: map[string]int{}, step: func(string) error { return nil }}
	if err := d.recover(); err != nil {
		return nil, fmt.Errorf("open live directory %s: %w", path, err)
	}
	return d, nil
}

// Path is the directory that was opened.
func (d *Dir) Path() string { return d.path }

// Current is the manifest of the generation in use; its Digest is empty when
// there is none.
func (d *Dir) Current() dropin.Manifest { return d.current.manifest }

// Read returns the bytes of one file of the current generation, or an error if
// they are not what the manifest says.
func (d *Dir) Read(it dropin.ManifestItem) ([]byte, error) {
	if d.current.name == "" {
		return nil, fmt.Errorf("read %s: %w", it.File, fs.ErrNotExist)
	}
	return readIntact(d.path, &it)
}

// WriteStatus replaces status.json, which lies beside the generations because
// it changes without them: a refused drop-in publishes nothing.
func (d *Dir) WriteStatus(data []byte) error {
	tmp, err := os.CreateTemp(d.path, tempPrefix+"status-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", statusFile, err)
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(fileMode), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(d.path, statusFile))
	}
	if err != nil {
		os.Remove(tmp.Name())
		return fmt.Errorf("write %s: %w", statusFile, err)
	}
	return nil
}
