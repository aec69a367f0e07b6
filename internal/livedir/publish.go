package livedir

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Written says what one publish cost.
type Written struct {
	// Files were written and flushed to the disk.
	Files int
	// Linked were the same in the generation before.
	Linked int
}

// Publish makes b the current generation. After an error the generation that
// was in use still is. "previous" comes to name the generation before only if
// [Dir.Confirm] was called for it: a reader that cannot load the current one
// should find one that somebody has run.
//
// A bundle with the digest of the current generation changes nothing.
func (d *Dir) Publish(b *dropin.Bundle) (Written, error) {
	m := b.Manifest()
	name := genPrefix + m.Digest
	if name == d.current.name && len(d.current.intact) == len(m.Items) {
		return Written{}, nil
	}
	w, err := d.ensure(name, b)
	if err != nil {
		return Written{}, fmt.Errorf("publish %s: %w", m.Digest, err)
	}
	// previous before current: dying between the two leaves both naming the
	// generation in use, while the other order would lose it.
	if d.confirmed && d.current.name != name && d.previous != d.current.name {
		if err := d.point(previousLink, d.current.name); err != nil {
			return Written{}, fmt.Errorf("publish %s: %w", m.Digest, err)
		}
		d.previous = d.current.name
	}
	if err := d.point(currentLink, name); err != nil {
		return Written{}, fmt.Errorf("publish %s: %w", m.Digest, err)
	}
	d.use(name, m)
	return w, nil
}

func (d *Dir) use(name string, m dropin.Manifest) {
	intact := make(map[string]string, len(m.Items))
	for _, it := range m.Items {
		intact[it.File] = it.SHA256
	}
	d.current = generation{name: name, manifest: m, intact: intact}
	d.confirmed = false
}

// ensure makes the generation's directory, unless an earlier publish of the same
// set left it complete, as after a rollback.
func (d *Dir) ensure(name string, b *dropin.Bundle) (Written, error) {
	found, err := d.load(name)
	if err == nil && len(found.intact) == len(found.manifest.Items) {
		return Written{Linked: len(found.manifest.Items)}, nil
	}
	if err := d.step("make"); err != nil {
		return Written{}, err
	}
	tmp, err := os.MkdirTemp(d.path, tempPrefix+"gen-*")
	if err != nil {
		return Written{}, err
	}
	// Cleaned on the error path only and not by a deferred call: the tests die
	// at each step by a panic, which must leave what a kill would leave.
	w, err := d.fill(tmp, b)
	if err == nil {
		err = d.replace(tmp, filepath.Join(d.path, name))
	}
	if err != nil {
		os.RemoveAll(tmp)
		return Written{}, err
	}
	return w, nil
}

// fill writes all of a generation below dir and flushes it.
func (d *Dir) fill(dir string, b *dropin.Bundle) (Written, error) {
	var w Written
	m := b.Manifest()
	// MkdirTemp makes private directories; the reader may be another user.
	if err := os.Chmod(dir, dirMode); err != nil {
		return w, err
	}
	want := make(map[string]string, len(m.Items))
	subdirs := map[string]struct{}{}
	for _, it := range m.Items {
		if !filepath.IsLocal(it.File) {
			return w, fmt.Errorf("%q leaves the generation", it.File)
		}
		want[it.File] = it.SHA256
		subdirs[filepath.Join(dir, filepath.Dir(it.File))] = struct{}{}
	}
	for sub := range maps.Keys(subdirs) {
		if err := os.MkdirAll(sub, dirMode); err != nil {
			return w, err
		}
	}
	for file, data := range b.Files() {
		if d.link(file, want[file], dir) {
			w.Linked++
			continue
		}
		if err := d.step("write"); err != nil {
			return w, err
		}
		if err := writeFlushed(filepath.Join(dir, file), data); err != nil {
			return w, err
		}
		w.Files++
	}
	if err := d.step("manifest"); err != nil {
		return w, err
	}
	raw, err := m.Encode()
	if err != nil {
		return w, fmt.Errorf("encode manifest: %w", err)
	}
	if err := writeFlushed(filepath.Join(dir, dropin.ManifestName), raw); err != nil {
		return w, err
	}
	subdirs[dir] = struct{}{}
	for sub := range maps.Keys(subdirs) {
		if err := flushDir(sub); err != nil {
			return w, err
		}
	}
	return w, nil
}

// link takes a file over from the current generation. Where linking fails (other
// owner under protected_hardlinks, too many links, a file system without them)
// the file is simply written.
func (d *Dir) link(file, sum, dir string) bool {
	if sum == "" || d.current.intact[file] != sum {
		return false
	}
	return os.Link(filepath.Join(d.path, d.current.name, file), filepath.Join(dir, file)) == nil
}
