package dropin

// Blame returns a problem as one of the item: with its Ref and kind, and without
// what nobody may read.
func (c Checked) Blame(p Problem) Problem {
	p.Ref, p.Kind = c.Ref, c.Kind
	if c.Confidential {
		return p.withoutQuotes()
	}
	return p
}

// withoutQuotes returns the problem as it may be told of an item that holds
// values of Secrets. Parsers quote what they stumble over, and that may be a
// password at the wrong place: of what they say only the line and the code, each
// with its page, are safe.
func (p Problem) withoutQuotes() Problem {
	const safe = "what is wrong is not quoted, because it may hold the value of a Secret"
	switch p.Code {
	case CodeTooLarge, CodeCorrupt, CodeEmpty:
		return p // sizes and nothing else
	case CodeCheckFailed:
		p.Message = "the check itself failed; " + safe
	default:
		p.Message = safe
	}
	p.Remedy = "The page of the code says what it means. `kmon check` on the manifest says more."
	return p
}

// mayHoldSecrets says whether published bytes may hold values of Secrets, which
// no manifest tells.
func (r Ref) mayHoldSecrets(kind Kind) bool {
	return r.ObjectKind() == ObjectSecret || r.customKind() != "" && kind != KindRules
}
