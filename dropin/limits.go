package dropin

import "fmt"

// Limits bound what a namespace may have. Zero is no limit.
type Limits struct {
	DropIns, Bytes, Jobs, Rules int
}

// amounts are what a namespace has.
type amounts struct{ dropIns, bytes, jobs, rules int }

// usage adds up what namespaces have.
type usage struct {
	policy Policy
	by     map[string]*amounts
}

// add counts an item, or says why there is no room for it. Items come with the
// older first, so it is the younger ones for which there is none.
func (u usage) add(c Checked) *Problem {
	if u.policy.Limits == (Limits{}) || u.policy.trusts(c.Ref.Namespace) {
		return nil
	}
	has := u.by[c.Ref.Namespace]
	if has == nil {
		has = &amounts{}
		u.by[c.Ref.Namespace] = has
	}
	now := amounts{has.dropIns + 1, has.bytes + len(c.Published), has.jobs + c.Jobs, has.rules + c.Rules}
	limits := u.policy.Limits
	for _, l := range []struct {
		code         Code
		now, allowed int
		// adds is how much of it this item is: who adds none is not the one too many.
		adds        int
		what, value string
	}{
		{CodeTooManyDropIns, now.dropIns, limits.DropIns, 1, "drop-ins", "dropIns"},
		{CodeTooManyBytes, now.bytes, limits.Bytes, len(c.Published), "bytes of drop-ins", "bytes"},
		{CodeTooManyJobs, now.jobs, limits.Jobs, c.Jobs, "scrape jobs", "jobs"},
		{CodeTooManyRules, now.rules, limits.Rules, c.Rules, "rules", "rules"},
	} {
		if l.allowed > 0 && l.adds > 0 && l.now > l.allowed {
			return &Problem{
				Ref: c.Ref, Kind: c.Kind, Code: l.code,
				Message: fmt.Sprintf("with it namespace %s would have %d %s, and %d are allowed", quote(c.Ref.Namespace), l.now, l.what, l.allowed),
				Remedy:  "Delete what is not needed, or ask the platform team to raise the chart value dropIns.limits." + l.value + ".",
			}
		}
	}
	*has = now
	return nil
}
