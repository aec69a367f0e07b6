package sidecar

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"syscall"

	corev1 "k8s.io/api/core/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/manifest"
)

// listing is what a directory held when it was last looked at.
type listing struct {
	files map[string]file
	// objects are by file. A file that cannot be read keeps those it had.
	objects map[string][]*corev1.ConfigMap
	broken  map[string]bool
	// delivered is the object last delivered for each key.
	delivered map[Key]*corev1.ConfigMap
}

func newListing() *listing {
	return &listing{
		files:     map[string]file{},
		objects:   map[string][]*corev1.ConfigMap{},
		broken:    map[string]bool{},
		delivered: map[Key]*corev1.ConfigMap{},
	}
}

// update reads the files that changed and delivers what that changes.
func (l *listing) update(found map[string]file, deliver func(Event), broken func(string, error)) {
	for path := range l.files {
		if _, ok := found[path]; !ok {
			delete(l.objects, path)
			delete(l.broken, path)
		}
	}
	for path, f := range found {
		if old, ok := l.files[path]; !ok || old != f {
			l.read(path, broken)
		}
	}
	l.files = found
	l.deliver(deliver)
}

func (l *listing) read(path string, broken func(string, error)) {
	var decoded []manifest.Object
	data, err := os.ReadFile(path)
	if err == nil {
		decoded, err = manifest.Decode(path, data)
	}
	var objects []*corev1.ConfigMap
	for _, o := range decoded {
		objects = append(objects, o.ConfigMap)
	}
	if err != nil {
		// A slip in one document is no wish to take its object away.
		for _, old := range l.objects[path] {
			if !slices.ContainsFunc(objects, func(cm *corev1.ConfigMap) bool { return KeyOf(cm) == KeyOf(old) }) {
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

// deliver compares all objects with those delivered. If two files hold the same
// object, the one that sorts last wins, as with kubectl apply on a directory.
func (l *listing) deliver(deliver func(Event)) {
	now := map[Key]*corev1.ConfigMap{}
	for _, path := range slices.Sorted(maps.Keys(l.objects)) {
		for _, cm := range l.objects[path] {
			now[KeyOf(cm)] = cm
		}
	}
	for key := range l.delivered {
		if now[key] == nil {
			deliver(Event{Key: key})
		}
	}
	for key, cm := range now {
		if old := l.delivered[key]; old != cm && !reflect.DeepEqual(old, cm) {
			deliver(Event{Key: key, Object: cm})
		}
	}
	l.delivered = now
}

// inode tells two files of one name apart that were written in the same tick of
// the clock with the same size, as an editor that saves by renaming can do.
func inode(info os.FileInfo) any {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ino
	}
	return nil
}
