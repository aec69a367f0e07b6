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
	d.pass(obj)
	return nil
}

// pass delivers what the API server sent and returns its key.
func (d *deliverer) pass(obj any) (key Key, ok bool) {
	o := d.read(obj)
	if o == nil {
		return Key{}, false
	}
	d.known[o.Key] = struct{}{}
	d.deliver(Event{Key: o.Key, Object: o})
	return o.Key, true
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

// delivered stands in a list for an object that was delivered when it arrived.
type delivered struct {
	key Key
	// ok says that it is an object of ours at all.
	ok bool
}

// Transformer implements [cache.TransformingStore]. A reflector that has its list
// streamed asks it about each object when it arrives and collects what it returns
// until the list is complete. So objects are delivered here and only their names
// are collected: thousands of them at once would be most of the memory that the
// process ever takes.
//
// An object that was delivered and is gone before the list is complete is known and
// not in the list, which is how Replace finds it.
func (d *deliverer) Transformer() cache.TransformFunc {
	return func(obj any) (any, error) {
		obj, err := d.trim(obj)
		if err != nil {
			return nil, err
		}
		key, ok := d.pass(obj)
		return delivered{key: key, ok: ok}, nil
	}
}

// Replace implements [cache.ReflectorStore]: the list is all there is. Only when
// each object of it has been processed is the source synced.
func (d *deliverer) Replace(list []any, _ string) error {
	gone := d.known
	d.known = make(map[Key]struct{}, len(list))
	for _, obj := range list {
		at, early := obj.(delivered)
		if early {
			if at.ok {
				d.known[at.key] = struct{}{}
			}
		} else {
			// An API server that cannot stream lists sends all at once.
			at.key, at.ok = d.pass(obj)
		}
		delete(gone, at.key)
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
