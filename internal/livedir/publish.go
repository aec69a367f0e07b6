package livedir

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Written says what one publish cost.
type Written struct {
	// Files were written.
	Files int
	// Linked were the same in the generation before.
	Linked int
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
	intact := make(map[string]string, len(m.Items))
	for _, it := range m.Items {
		intact[it.File] = it.SHA256
	}
	d.current = generation{name: name, manifest: m, intact: intact, unflushed: unflushed}
	d.confirmed = false
	d.recent = append(slices.DeleteFunc(d.recent, func(old string) bool { return old == name }), name)
	return w, nil
}

// ensure makes the generation's directory, unless an earlier publish of the same
// set left it complete, as after a rollback. It also returns which files may not
// be on the disk yet.
func (d *Dir) ensure(name string, b *dropin.Bundle) (Written, map[string]struct{}, error) {
	found, err := d.load(name)
	if err == nil && name != d.doubtful && found.whole() {
		return Written{Linked: len(found.manifest.Items)}, found.unflushed, nil
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
		return Written{}, nil, err
	}
	return w, unflushed, nil
}

// fill writes all of a generation below dir.
func (d *Dir) fill(dir string, b *dropin.Bundle) (Written, map[string]struct{}, error) {
	var w Written
	unflushed := map[string]struct{}{}
	m := b.Manifest()
	// MkdirTemp makes private directories; the reader may be another user.
	if err := os.Chmod(dir, dirMode); err != nil {
		return w, nil, err
	}
	want := make(map[string]string, len(m.Items))
	subdirs := map[string]struct{}{}
	for _, it := range m.Items {
		if !filepath.IsLocal(it.File) {
			return w, nil, fmt.Errorf("%q leaves the generation", it.File)
		}
		want[it.File] = it.SHA256
		subdirs[filepath.Join(dir, filepath.Dir(it.File))] = struct{}{}
	}
	for sub := range maps.Keys(subdirs) {
		if err := os.MkdirAll(sub, dirMode); err != nil {
			return w, nil, err
		}
	}
	for file, data := range b.Files() {
		if d.link(file, want[file], dir) {
			// The same file: it may wait to be flushed since an earlier publish.
			if _, waits := d.current.unflushed[file]; waits {
				unflushed[file] = struct{}{}
			}
			w.Linked++
			continue
		}
		if err := d.step("write"); err != nil {
			return w, nil, err
		}
		if err := writeNew(filepath.Join(dir, file), data); err != nil {
			return w, nil, err
		}
		unflushed[file] = struct{}{}
		w.Files++
	}
	if err := d.step("manifest"); err != nil {
		return w, nil, err
	}
	raw, err := m.Encode()
	if err != nil {
		return w, nil, fmt.Errorf("encode manifest: %w", err)
	}
	return w, unflushed, writeNew(filepath.Join(dir, dropin.ManifestName), raw)
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
