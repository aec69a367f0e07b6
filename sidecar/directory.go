package sidecar

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/manifest"
)

const (
	// settleFiles is how long a directory must be quiet before it is read: an
	// editor's save is several events.
	settleFiles = 20 * time.Millisecond
	// pollFiles is how often it is read without an event. Network file systems
	// and some bind mounts send none.
	pollFiles = 2 * time.Second
)

// Directory is a source of ConfigMap manifests in a directory and those below
// it: what one works with on a laptop, where there is no cluster.
type Directory struct {
	path string
	// broken is told about a file that cannot be read, and with nil when it can
	// be again.
	broken func(file string, err error)

	mu     sync.Mutex // guards status and placed
	status SourceStatus
	// placed is where each object stands. It is replaced whole.
	placed map[Key]manifest.Object
}

// NewDirectory returns a source of the manifests below path. broken may be nil.
func NewDirectory(path string, broken func(file string, err error)) *Directory {
	if broken == nil {
		broken = func(string, error) {}
	}
	return &Directory{path: path, broken: broken, status: SourceStatus{Name: "directory " + path}}
}

// Status implements [Source].
func (d *Directory) Status() SourceStatus {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status
}

func (d *Directory) note(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status.LastAttempt = time.Now()
	if err != nil {
		d.status.Error = err.Error()
		return
	}
	d.status.LastSuccess, d.status.Error, d.status.Synced = d.status.LastAttempt, "", true
}

// Locate returns the file and the line in it that a problem is about.
func (d *Directory) Locate(p dropin.Problem) (file string, line int, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	o, ok := d.placed[keyOf(p.Ref)]
	if !ok {
		return "", 0, false
	}
	return o.File, o.Line(p), true
}

func (d *Directory) place(objects map[Key]manifest.Object) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.placed = objects
}

// Run implements [Source]. Events only say that it is time to look: what changed
// is found by looking, so an editor that saves by renaming, a symlink that is
// swapped and an event that was lost are all the same.
func (d *Directory) Run(ctx context.Context, deliver func(Event)) {
	events := make(chan fsnotify.Event)
	watcher, err := fsnotify.NewWatcher()
	if err == nil {
		defer watcher.Close()
		events = watcher.Events
	}
	// Without a watcher (a limit of the system) polling remains.
	seen := newListing()
	look := time.NewTimer(0)
	defer look.Stop()
	poll := time.NewTicker(pollFiles)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-events:
			look.Reset(settleFiles)
			continue
		case <-look.C:
		case <-poll.C:
		}
		found, err := d.scan(watcher)
		d.note(err)
		if err != nil {
			// Not the same as an empty directory: what was there stays.
			continue
		}
		seen.read(found, d.broken)
		objects := seen.merged()
		// Before delivering: whoever hears of a problem may ask where it is.
		d.place(objects)
		seen.deliver(objects, deliver)
		deliver(Event{Synced: true})
	}
}

// file is what a scan finds; equal values mean the same content.
type file struct {
	modified time.Time
	size     int64
	inode    any
}

func (d *Directory) scan(watcher *fsnotify.Watcher) (map[string]file, error) {
	found := map[string]file{}
	err := filepath.WalkDir(d.path, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil && path == d.path:
			return fmt.Errorf("read the directory of drop-ins: %w", err)
		case err != nil:
			// Gone since it was listed; the next look knows more.
			return nil
		case e.IsDir():
			if watcher != nil {
				// Adding one that is watched already changes nothing.
				_ = watcher.Add(path)
			}
			return nil
		case !isManifest(path):
			return nil
		}
		// Stat and not e.Info: a symlink's target is what counts.
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			found[path] = file{modified: info.ModTime(), size: info.Size(), inode: inode(info)}
		}
		return nil
	})
	return found, err
}

// isManifest leaves out what editors keep beside the file: .swp, ~, .#file.
func isManifest(path string) bool {
	if filepath.Base(path)[0] == '.' {
		return false
	}
	switch filepath.Ext(path) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}
