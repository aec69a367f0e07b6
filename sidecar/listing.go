package sidecar

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"syscall"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/manifest"
)

// listing is what a directory held when it was last looked at.
type listing struct {
	files map[string]file
	// objects are by file. A file that cannot be read keeps those it had.
	objects map[string][]manifest.Object
	broken  map[string]bool
	// delivered is the object last delivered for each key.
	delivered map[Key]manifest.Object
}

func newListing() *listing {
	return &listing{objects: map[string][]manifest.Object{}, broken: map[string]bool{}}
}

// read reads the files that changed.
func (l *listing) read(found map[string]file, broken func(string, error)) {
	for path := range l.files {
		if _, ok := found[path]; !ok {
			delete(l.objects, path)
			delete(l.broken, path)
		}
	}
	for path, f := range found {
		if old, ok := l.files[path]; !ok || old != f {
			l.readFile(path, broken)
		}
	}
	l.files = found
}

func (l *listing) readFile(path string, broken func(string, error)) {
	var objects []manifest.Object
	data, err := os.ReadFile(path)
	if err == nil {
		objects, err = manifest.Decode(path, data)
	}
	if err != nil {
		// A slip in one document is no wish to take its object away.
		for _, old := range l.objects[path] {
			if !slices.ContainsFunc(objects, func(o manifest.Object) bool { return keyOfFile(o) == keyOfFile(old) }) {
				objects = append(objects, old)
			}
		}
	}
	l.objects[path] = objects
	if err != nil || l.broken[path] {
		broken(path, err)
	}
	l.broken[path] = err != nil
}

// merged returns all objects. If two files hold the same one, the file that sorts
// last wins, as with kubectl apply on a directory.
func (l *listing) merged() map[Key]manifest.Object {
	out := map[Key]manifest.Object{}
	for _, path := range slices.Sorted(maps.Keys(l.objects)) {
		for _, o := range l.objects[path] {
			out[keyOfFile(o)] = o
		}
	}
	return out
}

// deliver tells what is different from what was delivered before.
func (l *listing) deliver(now map[Key]manifest.Object, deliver func(Event)) {
	for key := range l.delivered {
		if _, ok := now[key]; !ok {
			deliver(Event{Key: key})
		}
	}
	for key, o := range now {
		if old, ok := l.delivered[key]; !ok || !reflect.DeepEqual(old.ConfigMap, o.ConfigMap) {
			deliver(Event{Key: key, Object: FromConfigMap(o.ConfigMap)})
		}
	}
	l.delivered = now
}

func keyOfFile(o manifest.Object) Key {
	return Key{Kind: dropin.ObjectConfigMap, Namespace: o.Namespace, Name: o.Name}
}

// inode tells two files of one name apart that were written in the same tick of
// the clock with the same size, as an editor that saves by renaming can do.
func inode(info os.FileInfo) any {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ino
	}
	return nil
}
