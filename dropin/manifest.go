package dropin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"path"
	"time"
)

// ManifestName is the file in a published generation that lists its items.
const ManifestName = "manifest.json"

// ObjectsDir is where the bytes of published files lie in a live directory.
const ObjectsDir = "objects"

// Manifest lists what a generation holds. The server finds what changed by
// comparing two manifests, without reading the files that did not change.
type Manifest struct {
	// Digest names the content of the generation: equal sets of files have equal
	// digests, in whatever order and on whichever replica they were assembled.
	Digest string `json:"digest"`
	// Items are sorted by File.
	Items []ManifestItem `json:"items"`
}

// ManifestItem is one published file.
type ManifestItem struct {
	Ref  Ref  `json:"ref"`
	Kind Kind `json:"kind"`
	// File is its name in the generation: "<kind>/<Ref.FileName()>". It stays the
	// same while the content changes; where that lies is told by Object.
	File string `json:"file"`
	// SHA256 is the hex digest of the file's bytes as published.
	SHA256 string `json:"sha256"`
	// Source is the hex SHA-256 of the ConfigMap's value as its author wrote it.
	// Published bytes can differ from it (job names are prefixed, policies applied).
	Source string `json:"source"`
	// Version is the resourceVersion the item was read at. Provenance only,
	// never part of the digest.
	Version string `json:"version,omitempty"`
	// Created is the ConfigMap's creation time, so that after a restart the older
	// drop-in still keeps a contested name. Never part of the digest.
	Created time.Time `json:"created,omitzero"`
	// Folder is the dashboard's folder, empty for other kinds.
	Folder string `json:"folder,omitempty"`
	// Stale says that the ConfigMap now holds an edit that was refused and
	// that this is its last good content.
	Stale bool `json:"stale,omitempty"`
}

// Object is the path of the file's bytes from the live directory,
// "objects/<2 digits>/<SHA256>". Generations that list the same bytes share them. A
// SHA256 that is none is an error, so that no manifest leads elsewhere.
func (it *ManifestItem) Object() (string, error) {
	if raw, err := hex.DecodeString(it.SHA256); err != nil || len(raw) != sha256.Size || hex.EncodeToString(raw) != it.SHA256 {
		return "", fmt.Errorf("%s: %q is no SHA-256 in hex", it.File, it.SHA256)
	}
	return path.Join(ObjectsDir, it.SHA256[:2], it.SHA256), nil
}

// DigestOf computes the digest of items, which must be sorted by File.
func DigestOf(items []ManifestItem) string {
	d := newDigest()
	for i := range items {
		d.add(&items[i])
	}
	return d.String()
}

// digest adds up items.
type digest struct {
	sum  hash.Hash
	line []byte
}

func newDigest() *digest { return &digest{sum: sha256.New()} }

func (d *digest) add(it *ManifestItem) {
	// Not Fprintf: this runs over thousands of items at every change of one.
	d.line = d.line[:0]
	d.line = append(append(d.line, it.File...), 0)
	d.line = append(append(d.line, it.SHA256...), 0)
	d.line = append(append(d.line, it.Folder...), '\n')
	d.sum.Write(d.line)
}

func (d *digest) String() string { return hex.EncodeToString(d.sum.Sum(nil))[:32] }
