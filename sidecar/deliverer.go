package sidecar

import (
	"k8s.io/client-go/tools/cache"
)

// deliverer is what a reflector writes to: it passes everything on and keeps
// only the keys, to find out what is gone when a new list comes.
type deliverer struct {
	// read makes an object of what the API server sent, nil if it is none. It is
	// asked once for each, when it arrives.
	read    func(any) *Object
	trim    cache.TransformFunc
	deliver func(Event)
	known   map[Key]struct{}
	synced  func()
}

var (
	_ cache.ReflectorStore    = (*deliverer)(nil)
	_ cache.TransformingStore = (*deliverer)(nil)
)

// Add implements [cache.ReflectorStore].
func (d *deliverer) Add(obj any) error {
	if o := d.read(obj); o != nil {
		d.known[o.Key] = struct{}{}
		d.deliver(Event{Key: o.Key, Object: o})
	}
	return nil
}

// Update implements [cache.ReflectorStore].
func (d *deliverer) Update(obj any) error { return d.Add(obj) }

// Delete implements [cache.ReflectorStore].
func (d *deliverer) Delete(obj any) error {
	if o := d.read(obj); o != nil {
		delete(d.known, o.Key)
		d.deliver(Event{Key: o.Key})
	}
	return nil
}

// Replace implements [cache.ReflectorStore]: the list is all there is. Only when
// each object of it has been processed is the source synced.
func (d *deliverer) Replace(list []any, _ string) error {
	gone := d.known
	d.known = make(map[Key]struct{}, len(list))
	for _, obj := range list {
		o := d.read(obj)
		if o == nil {
			continue
		}
		delete(gone, o.Key)
		d.known[o.Key] = struct{}{}
		d.deliver(Event{Key: o.Key, Object: o})
	}
	for key := range gone {
		d.deliver(Event{Key: key})
	}
	d.synced()
	d.deliver(Event{Synced: true})
	return nil
}

// Resync implements [cache.ReflectorStore]. There is nothing to do: the loop
// keeps what it made of each object.
func (d *deliverer) Resync() error { return nil }

// Transformer implements [cache.TransformingStore]. A list of thousands is held at
// once while it arrives, and managed fields are often the larger part of it.
func (d *deliverer) Transformer() cache.TransformFunc { return d.trim }
