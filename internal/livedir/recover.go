package livedir

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// recover finds the generation in use after whatever happened to the last writer.
func (d *Dir) recover() error {
	if err := d.removeTemporary(); err != nil {
		return err
	}
	current, err := d.readLink(currentLink)
	if err != nil {
		return err
	}
	if d.previous, err = d.readLink(previousLink); err != nil {
		return err
	}
	d.back, d.linked = d.previous, []string{d.previous, current}
	listed, err := d.sweep()
	if err != nil {
		return err
	}
	// What the current one does not list goes with those that this life finds.
	defer func() {
		for sum := range listed {
			d.dropped[sum] = 0
		}
		for i := range d.current.manifest.Items {
			delete(d.dropped, d.current.manifest.Items[i].SHA256)
		}
	}()
	loaded, err := d.load(current)
	if err == nil && loaded.whole() {
		d.current = loaded
		return nil
	}
	// The disk did not get all of it before a power cut. A reader that starts now
	// meets the same, so it is put right on the disk as well and not only in memory.
	back, backErr := d.load(d.previous)
	switch {
	case backErr == nil && (err != nil || back.whole()):
		d.current = back
		return d.point(currentLink, d.previous)
	case err == nil:
		d.current = loaded
	}
	return nil
}

// removeTemporary removes what was not finished. Only names with tempPrefix:
// a complete generation that no link names is pruned by the next publish.
func (d *Dir) removeTemporary() error {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) {
			if err := os.RemoveAll(filepath.Join(d.path, e.Name())); err != nil {
				return fmt.Errorf("remove leftover: %w", err)
			}
		}
	}
	return nil
}

// readLink returns the generation that a link names, or "" if it names none.
func (d *Dir) readLink(name string) (string, error) {
	target, err := os.Readlink(filepath.Join(d.path, name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case errors.Is(err, syscall.EINVAL):
		// Someone made a directory or a file of it. Renaming over it would fail
		// at every publish, so say it once, at the start.
		return "", fmt.Errorf("%s is not a symlink: move it away", name)
	case err != nil:
		return "", err
	case target != filepath.Base(target) || !strings.HasPrefix(target, genPrefix):
		return "", nil
	}
	return target, nil
}

// load reads the manifest of a generation and looks which of its files are intact.
func (d *Dir) load(name string) (generation, error) {
	if name == "" {
		return generation{}, fs.ErrNotExist
	}
	dir := filepath.Join(d.path, name)
	raw, err := os.ReadFile(filepath.Join(dir, dropin.ManifestName))
	if err != nil {
		return generation{}, err
	}
	var m dropin.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return generation{}, fmt.Errorf("%s of %s: %w", dropin.ManifestName, name, err)
	}
	if m.Digest != dropin.DigestOf(m.Items) || name != genPrefix+m.Digest {
		return generation{}, fmt.Errorf("%s of %s does not fit its digest", dropin.ManifestName, name)
	}
	g := generation{name: name, manifest: m, intact: intactObjects(d.path, m)}
	// Who wrote them may have died before they were flushed.
	g.unflushed = maps.Clone(g.intact)
	return g, nil
}

// whole says whether every object is as the manifest says.
func (g generation) whole() bool {
	for i := range g.manifest.Items {
		if _, ok := g.intact[g.manifest.Items[i].SHA256]; !ok {
			return false
		}
	}
	return true
}

func intactObjects(live string, m dropin.Manifest) map[string]struct{} {
	intact := make(map[string]struct{}, len(m.Items))
	for i := range m.Items {
		if _, err := readIntact(live, &m.Items[i]); err == nil {
			intact[m.Items[i].SHA256] = struct{}{}
		}
	}
	return intact
}

// sweep removes what no generation lists: objects of one that its writer did not
// finish, or that was pruned just before it died. It returns the others.
func (d *Dir) sweep() (listed map[string]struct{}, err error) {
	manifests, err := filepath.Glob(filepath.Join(d.path, genPrefix+"*", dropin.ManifestName))
	if err != nil {
		return nil, err
	}
	listed = map[string]struct{}{}
	for _, path := range manifests {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var m struct{ Items []struct{ SHA256 string } }
		// One that cannot be read names nothing that could be used.
		_ = json.Unmarshal(raw, &m)
		for _, it := range m.Items {
			listed[it.SHA256] = struct{}{}
		}
	}
	objects, err := filepath.Glob(filepath.Join(d.path, dropin.ObjectsDir, "*", "*"))
	if err != nil {
		return nil, err
	}
	for _, path := range objects {
		if _, ok := listed[filepath.Base(path)]; ok {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return nil, fmt.Errorf("remove an object that nothing lists: %w", err)
		}
	}
	return listed, nil
}

// readIntact reads an object and compares it with the manifest: a disk that lost
// bytes must not become somebody's last good version.
func readIntact(live string, it *dropin.ManifestItem) ([]byte, error) {
	object, err := it.Object()
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(live, object))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != it.SHA256 {
		return nil, fmt.Errorf("%s is not what the manifest says", it.File)
	}
	return data, nil
}
