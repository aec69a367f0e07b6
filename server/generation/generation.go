// Package generation reads what the sidecar published: one immutable directory
// of drop-ins and the manifest that lists them. It is for the server, which
// only ever reads; writing is package internal/livedir's.
package generation

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// Generation is one published set of drop-ins, pinned: its manifest was read
// once and whatever happens to the links later does not change it.
type Generation struct {
	// Live is the live directory the generation was found in.
	Live string

	digest string
	items  []*dropin.ManifestItem
}

// Source finds generations in a live directory. It remembers the manifest it
// read last, so that the next one costs what is different in it. It is not safe
// for concurrent use.
type Source struct {
	live      string
	manifests dropin.ManifestReader
	// held is the manifest that manifests holds on to, spare the one before,
	// whose memory takes the next: manifests are large and nearly equal.
	held, spare []byte
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
	raw, err := s.read(filepath.Join(dir, dropin.ManifestName))
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	digest, items, err := s.manifests.Read(raw)
	if err != nil {
		return nil, fmt.Errorf("parse manifest of %s: %w", dir, err)
	}
	s.held, s.spare = raw, s.held
	if name := filepath.Base(dir); strings.HasPrefix(name, dirPrefix) && name != dirPrefix+digest {
		return nil, fmt.Errorf("generation %s holds the manifest of %s", name, digest)
	}
	return &Generation{Live: s.live, digest: digest, items: items}, nil
}

// read reads a file into the spare memory.
func (s *Source) read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(slices.Grow(s.spare[:0], int(info.Size())+bytes.MinRead))
	if _, err := b.ReadFrom(f); err != nil {
		return nil, err
	}
	s.spare = b.Bytes()
	return s.spare, nil
}

// Read returns an item's bytes, checked against the manifest.
func (g *Generation) Read(it *dropin.ManifestItem) ([]byte, error) {
	object, err := it.Object()
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(g.Live, object))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", it.File, err)
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
	return g.digest
}

// Items lists the files, sorted by their names; none for a nil generation. An
// item that is the same as in the generation resolved before is the same
// pointer. Nobody may write to one.
func (g *Generation) Items() []*dropin.ManifestItem {
	if g == nil {
		return nil
	}
	return g.items
}

// Changes counts the items that were added, removed or edited from old to g,
// by kind. Either may be nil.
func (g *Generation) Changes(old *Generation) map[dropin.Kind]int {
	n := map[dropin.Kind]int{dropin.KindScrape: 0, dropin.KindRules: 0}
	before, after := old.Items(), g.Items()
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].File < after[0].File:
			n[before[0].Kind]++
			before = before[1:]
		case len(before) == 0 || after[0].File < before[0].File:
			n[after[0].Kind]++
			after = after[1:]
		default:
			if before[0] != after[0] && before[0].SHA256 != after[0].SHA256 {
				n[after[0].Kind]++
			}
			before, after = before[1:], after[1:]
		}
	}
	return n
}
