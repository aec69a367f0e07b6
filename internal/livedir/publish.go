package livedir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Written says what one publish cost.
type Written struct {
	// Files were written.
	Files int
	// Kept were the same in the generation before.
	Kept int
}

// Publish makes b the current generation. After an error the generation that
// was in use still is. "previous" comes to name the generation before only if
// [Dir.Confirm] was called for it: a reader that cannot load the current one
// should find one that somebody has run.
//
// Nothing of it waits for the disk: a [Flush] does, once the reader was
// asked. Until then a power cut may leave a current generation with holes, which
// its manifest's hashes tell, and "previous" names one that was flushed.
//
// A bundle with the digest of the current generation changes nothing.
func (d *Dir) Publish(b *dropin.Bundle) (Written, error) {
	m := b.Manifest()
	name := genPrefix + m.Digest
	if name == d.current.name && d.current.whole() {
		return Written{}, nil
	}
	// What the new generation does not list was last listed by those until now.
	until := d.made
	w, unflushed, err := d.ensure(name, b)
	if err != nil {
		return Written{}, fmt.Errorf("publish %s: %w", m.Digest, err)
	}
	if d.confirmed && d.current.name != name {
		d.back = d.current.name
	}
	// previous before current: dying between the two leaves both naming the
	// generation in use, while the other order would lose it.
	if d.confirmed && d.current.flushed && d.current.name != name && d.previous != d.current.name {
		if err := d.point(previousLink, d.current.name); err != nil {
			return Written{}, fmt.Errorf("publish %s: %w", m.Digest, err)
		}
		d.previous = d.current.name
	}
	if err := d.point(currentLink, name); err != nil {
		return Written{}, fmt.Errorf("publish %s: %w", m.Digest, err)
	}
	intact := make(map[string]struct{}, len(m.Items))
	for i := range m.Items {
		intact[m.Items[i].SHA256] = struct{}{}
	}
	d.become(generation{name: name, manifest: m, intact: intact, unflushed: unflushed}, until)
	d.confirmed = false
	d.recent = append(slices.DeleteFunc(d.recent, func(old string) bool { return old == name }), name)
	return w, nil
}

// become makes g the current generation. Objects that it does not list are needed
// until the generations made up to then are gone.
func (d *Dir) become(g generation, until int) {
	for i := range d.current.manifest.Items {
		d.dropped[d.current.manifest.Items[i].SHA256] = until
	}
	for i := range g.manifest.Items {
		delete(d.dropped, g.manifest.Items[i].SHA256)
	}
	d.current = g
}

// ensure makes the generation's directory, unless an earlier publish of the same
// set left it complete, as after a rollback. It also returns which objects may not
// be on the disk yet.
func (d *Dir) ensure(name string, b *dropin.Bundle) (Written, map[string]struct{}, error) {
	found, err := d.load(name)
	if err == nil && name != d.doubtful && found.whole() {
		return Written{Kept: len(found.manifest.Items)}, found.unflushed, nil
	}
	if err := d.step("make"); err != nil {
		return Written{}, nil, err
	}
	tmp, err := os.MkdirTemp(d.path, tempPrefix+"gen-*")
	if err != nil {
		return Written{}, nil, err
	}
	// Cleaned on the error path only and not by a deferred call: the tests die
	// at each step by a panic, which must leave what a kill would leave.
	w, unflushed, err := d.fill(tmp, b)
	if err == nil {
		err = d.replace(tmp, filepath.Join(d.path, name))
	}
	if err != nil {
		os.RemoveAll(tmp)
		for sum := range unflushed {
			if _, used := d.current.intact[sum]; !used {
				d.dropped[sum] = d.made
			}
		}
		return Written{}, nil, err
	}
	d.made++
	d.born[name] = d.made
	return w, unflushed, nil
}

// fill writes the objects that are not there yet and the generation itself, below
// dir. Objects that it returns may not be on the disk yet, after an error too.
func (d *Dir) fill(dir string, b *dropin.Bundle) (Written, map[string]struct{}, error) {
	var w Written
	unflushed := map[string]struct{}{}
	m := b.Manifest()
	// MkdirTemp makes private directories; the reader may be another user.
	if err := os.Chmod(dir, dirMode); err != nil {
		return w, unflushed, err
	}
	i := -1
	for _, data := range b.Files() {
		i++
		sum := m.Items[i].SHA256
		if _, there := d.current.intact[sum]; there {
			// It may wait to be flushed since an earlier publish.
			if _, waits := d.current.unflushed[sum]; waits {
				unflushed[sum] = struct{}{}
			}
			w.Kept++
			continue
		}
		if _, twice := unflushed[sum]; twice {
			w.Kept++
			continue
		}
		if err := d.writeObject(&m.Items[i], data); err != nil {
			return w, unflushed, err
		}
		unflushed[sum] = struct{}{}
		w.Files++
	}
	if err := d.step("manifest"); err != nil {
		return w, unflushed, err
	}
	raw, err := m.Encode()
	if err != nil {
		return w, unflushed, fmt.Errorf("encode manifest: %w", err)
	}
	return w, unflushed, writeNew(filepath.Join(dir, dropin.ManifestName), raw)
}

// writeObject writes an object under another name first: one of its name is whole,
// whoever dies, unless the disk lost it. What is there already, from a generation
// that is not the current one or damaged, is replaced.
func (d *Dir) writeObject(it *dropin.ManifestItem, data []byte) error {
	object, err := it.Object()
	if err != nil {
		return err
	}
	if err := d.step("write"); err != nil {
		return err
	}
	final := filepath.Join(d.path, object)
	if err := os.MkdirAll(filepath.Dir(final), dirMode); err != nil {
		return err
	}
	tmp := filepath.Join(d.path, tempPrefix+"object")
	if err := os.Remove(tmp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	err = writeNew(tmp, data)
	if err == nil {
		err = d.step("object rename")
	}
	if err == nil {
		err = os.Rename(tmp, final)
	}
	if err != nil {
		os.Remove(tmp)
	}
	return err
}
