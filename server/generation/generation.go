// Package generation reads what the sidecar published: one immutable directory
// of drop-ins and the manifest that lists them. It is for the server, which
// only ever reads; writing is package internal/livedir's.
package generation

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// The links in a live directory.
const (
	Current  = "current"
	Previous = "previous"
)

const dirPrefix = "gen-"

// ErrNone says that the live directory has no such link: nothing was published.
var ErrNone = errors.New("no generation published")

// Generation is one published set of drop-ins, pinned: its directory was
// resolved once and whatever happens to the links later does not change it.
type Generation struct {
	// Dir is the generation's own directory, not a link to it.
	Dir string
	// Manifest lists the files. Its digest was checked against its items.
	Manifest dropin.Manifest
	// Live is the live directory the generation was found in.
	Live string
}

// Source finds generations in a live directory. It remembers the manifest it
// read last, so that the next one costs what is different in it. It is not safe
// for concurrent use.
type Source struct {
	live      string
	manifests dropin.ManifestReader
}

// NewSource returns a Source of the generations in a live directory.
func NewSource(live string) *Source { return &Source{live: live} }

// Resolve reads the link in the live directory and then the manifest of the
// generation it names. It returns [ErrNone] if there is no such link.
func (s *Source) Resolve(link string) (*Generation, error) {
	live := s.live
	target, err := os.Readlink(filepath.Join(live, link))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", filepath.Join(live, link), ErrNone)
	}
	if err != nil {
		return nil, fmt.Errorf("resolve generation: %w", err)
	}
	g, err := s.open(target)
	if err == nil {
		return g, nil
	}
	// The sidecar removes old generations. If the link moved on while we were
	// reading, what we failed to read is of no interest any more.
	if again, lerr := os.Readlink(filepath.Join(live, link)); lerr == nil && again != target {
		return s.open(again)
	}
	return nil, err
}

func (s *Source) open(target string) (*Generation, error) {
	dir := target
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(s.live, target)
	}
	raw, err := os.ReadFile(filepath.Join(dir, dropin.ManifestName))
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	m, err := s.manifests.Read(raw)
	if err != nil {
		return nil, fmt.Errorf("parse manifest of %s: %w", dir, err)
	}
	// Publishing is atomic, disks are not: a manifest that does not describe
	// itself is the first sign of a torn write.
	if got := dropin.DigestOf(m.Items); got != m.Digest {
		return nil, fmt.Errorf("manifest of %s is damaged: digest %s, items give %s", dir, m.Digest, got)
	}
	if name := filepath.Base(dir); strings.HasPrefix(name, dirPrefix) && name != dirPrefix+m.Digest {
		return nil, fmt.Errorf("generation %s holds the manifest of %s", name, m.Digest)
	}
	return &Generation{Dir: dir, Manifest: m, Live: s.live}, nil
}

// Read returns an item's bytes, checked against the manifest.
func (g *Generation) Read(it dropin.ManifestItem) ([]byte, error) {
	if !filepath.IsLocal(it.File) {
		return nil, fmt.Errorf("%s points outside its generation", it.File)
	}
	b, err := os.ReadFile(filepath.Join(g.Dir, it.File))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != it.SHA256 {
		return nil, fmt.Errorf("%s does not have the content its manifest says", it.File)
	}
	return b, nil
}

// Digest names the content; empty for a nil generation.
func (g *Generation) Digest() string {
	if g == nil {
		return ""
	}
	return g.Manifest.Digest
}

// Items lists the files; none for a nil generation.
func (g *Generation) Items() []dropin.ManifestItem {
	if g == nil {
		return nil
	}
	return g.Manifest.Items
}
