package dropin

import "fmt"

// claimKey names what is claimed: the same name is another thing under another code.
type claimKey struct {
	code Code
	name string
}

// claims says who has which name.
type claims struct {
	owner map[claimKey]string
	// ageless are the first claimants without an age. In a CI check nothing has
	// one, and neither of two drop-ins can be said to be the older.
	ageless map[claimKey][]Ref
}

// theStack is who has the names that are reserved.
const theStack = "the stack itself"

func claimants(items []Checked, reserved []Claim) claims {
	c := claims{owner: map[claimKey]string{}, ageless: map[claimKey][]Ref{}}
	for _, claim := range reserved {
		c.owner[claimKey{claim.Code, claim.Name}] = theStack
	}
	for _, it := range items {
		if !it.Created.IsZero() {
			continue
		}
		for _, claim := range it.Claims {
			key := claimKey{claim.Code, claim.Name}
			c.ageless[key] = append(c.ageless[key], it.Ref)
		}
	}
	return c
}

// refuse returns the problems of an item that claims what another one has.
func (c claims) refuse(it Checked) []Problem {
	var problems []Problem
	for _, claim := range it.Claims {
		key := claimKey{claim.Code, claim.Name}
		owner, taken := c.owner[key]
		if !taken && it.Created.IsZero() {
			for _, ref := range c.ageless[key] {
				if ref != it.Ref {
					owner, taken = ref.String(), true
					break
				}
			}
		}
		if taken {
			problems = append(problems, it.Blame(Problem{
				Line: claim.Line, Code: claim.Code,
				Message: fmt.Sprintf("%s is already taken by %s", claim.Name, owner),
				Remedy:  "Choose another, or delete one of the two.",
			}))
		}
	}
	return problems
}

// take gives the item all that it claims.
func (c claims) take(it Checked) {
	for _, claim := range it.Claims {
		c.owner[claimKey{claim.Code, claim.Name}] = it.Ref.String()
	}
}
