package dropin

import "strings"

// Restore makes a published file of an earlier generation an item again: the
// last good version of a drop-in whose newest edit was refused, or which cannot
// be read because the API server is down. published are the file's bytes.
//
// They were checked when they were published. They are not checked again, so
// that a stricter policy or version does not take away what runs; a file that
// is not what the manifest says is refused.
func Restore(it ManifestItem, published []byte) Checked {
	c := Checked{
		Ref:     it.Ref,
		Kind:    it.Kind,
		Created: it.Created,
		Version: it.Version,
		Folder:  it.Folder,
		Source:  it.Source,
		Stale:   it.Stale,

		Confidential: it.Ref.mayHoldSecrets(it.Kind),
	}
	if sum(published) != it.SHA256 {
		c.refuse(Problem{
			Code:    CodeCorrupt,
			Message: "the published file is not what its manifest says",
			Remedy:  "Apply the ConfigMap again; if this comes back, look at the volume.",
		})
		return c
	}
	c.Published, c.SHA256 = published, it.SHA256
	c.Claims = claimsOf(Item{Ref: it.Ref, Kind: it.Kind, Data: published, Folder: it.Folder})
	return c
}

// claimsOf reads the claims again: they are not in the manifest, which only
// says what the server needs.
func claimsOf(it Item) []Claim {
	var claims []Claim
	switch it.Kind {
	case KindDashboard:
		_, claims, _ = checkDashboard(it)
	case KindDatasource:
		_, claims, _ = checkDatasource(it, Policy{})
	case KindAlertmanager:
		if strings.HasSuffix(it.Ref.Key, templateSuffix) {
			_, claims, _ = checkTemplates(it, Policy{})
		}
	}
	return claims
}
