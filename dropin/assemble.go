package dropin

import (
	"cmp"
	"slices"
)

// Assemble puts checked items together. Items that are not OK are left out:
// their problems were told by [Check]. What is wrong only among several items
// is a problem of the younger one, which is left out as well. The result does
// not depend on the order of items, and no item is parsed again.
//
// The policy holds what platform teams allow for all items together.
func Assemble(items []Checked, p Policy) (*Bundle, []Problem) {
	sorted := make([]Checked, 0, len(items))
	for _, c := range items {
		if c.OK() {
			sorted = append(sorted, c)
		}
	}
	slices.SortFunc(sorted, byAge)

	b := &Bundle{files: make(map[string][]byte, len(sorted))}
	b.manifest.Items = make([]ManifestItem, 0, len(sorted))
	owners := claimants(sorted, p.Reserved)
	used := usage{policy: p, by: map[string]*amounts{}}
	var problems []Problem
	for _, c := range sorted {
		file := string(c.Kind) + "/" + c.Ref.FileName()
		if _, taken := b.files[file]; taken {
			problems = append(problems, Problem{
				Ref: c.Ref, Kind: c.Kind, Code: CodeDuplicateRef,
				Message: "another drop-in has the same namespace, name and key",
				Remedy:  "Keep one of them.",
			})
			continue
		}
		if refused := owners.refuse(c); len(refused) > 0 {
			problems = append(problems, refused...)
			continue
		}
		if refused := used.add(c); refused != nil {
			problems = append(problems, *refused)
			continue
		}
		owners.take(c)
		b.files[file] = c.Published
		b.manifest.Items = append(b.manifest.Items, ManifestItem{
			Ref: c.Ref, Kind: c.Kind, File: file, SHA256: c.SHA256, Source: c.Source,
			Version: c.Version, Created: c.Created, Folder: c.Folder, Stale: c.Stale,
		})
	}
	slices.SortFunc(b.manifest.Items, func(x, y ManifestItem) int { return cmp.Compare(x.File, y.File) })
	slices.SortFunc(problems, Problem.Compare)
	b.manifest.Digest = DigestOf(b.manifest.Items)
	return b, problems
}

// byAge orders the older first. The other fields make the order total, so that
// the result never depends on the order of the input.
func byAge(x, y Checked) int {
	return cmp.Or(x.Created.Compare(y.Created), x.Ref.Compare(y.Ref), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.SHA256, y.SHA256))
}
