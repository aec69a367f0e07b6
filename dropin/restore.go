package dropin

// Restore makes a published file of an earlier generation an item again: the
// last good version of a drop-in whose newest edit was refused, or which cannot
// be read because the API server is down. published are the file's bytes.
func Restore(it ManifestItem, published []byte) Checked {
	return Checked{
		Ref:       it.Ref,
		Kind:      it.Kind,
		Created:   it.Created,
		Version:   it.Version,
		Folder:    it.Folder,
		Source:    it.Source,
		Published: published,
		SHA256:    sum(published),
		Stale:     it.Stale,
	}
}
