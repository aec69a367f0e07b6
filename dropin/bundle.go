package dropin

import "iter"

// Bundle is an immutable, complete set of published drop-ins.
type Bundle struct {
	manifest Manifest
	files    map[string][]byte
}

// Digest names the content: equal sets have equal digests.
func (b *Bundle) Digest() string { return b.manifest.Digest }

// Manifest lists the files, sorted.
func (b *Bundle) Manifest() Manifest { return b.manifest }

// Files yields the path inside the generation and the bytes of each file, sorted by path.
func (b *Bundle) Files() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, it := range b.manifest.Items {
			if !yield(it.File, b.files[it.File]) {
				return
			}
		}
	}
}
