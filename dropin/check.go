package dropin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// Check looks at one item alone: it validates it with the parsers of the
// program that will read it, applies the policy, and produces the final bytes
// or the problems. It never panics.
func Check(it Item, p Policy) (c Checked) {
	c = Checked{
		Ref:     it.Ref,
		Kind:    it.Kind,
		Created: it.Created,
		Version: it.Version,
		Folder:  it.Folder,
		Source:  sum(it.Data),

		Confidential: it.Confidential,
	}
	// A parser that panics on one team's drop-in must not take the sidecar,
	// and with it every other team's drop-ins, down.
	defer func() {
		if r := recover(); r != nil {
			c.refuse(Problem{Code: CodeCheckFailed, Message: fmt.Sprintf("the check itself failed: %v", r)})
		}
	}()
	if p.MaxBytes > 0 && len(it.Data) > p.MaxBytes {
		c.refuse(Problem{
			Code:    CodeTooLarge,
			Message: fmt.Sprintf("the value has %d bytes and %d are allowed", len(it.Data), p.MaxBytes),
			Remedy:  "Split the drop-in, or ask the platform team to raise the chart value dropIns.maxBytes.",
		})
		return c
	}
	made, problems := checkKind(it, p)
	if len(problems) > 0 {
		c.refuse(problems...)
		return c
	}
	c.Published, c.Claims, c.Jobs, c.Rules = made.published, made.claims, made.jobs, made.rules
	c.SHA256 = sum(made.published)
	return c
}

// made is what becomes of a good item.
type made struct {
	published   []byte
	claims      []Claim
	jobs, rules int
}

func checkKind(it Item, p Policy) (m made, problems []Problem) {
	switch it.Kind {
	case KindScrape:
		m, problems = checkScrape(it, p)
	case KindRules:
		m, problems = checkRules(it, p)
	case KindDashboard:
		m.published, m.claims, problems = checkDashboard(it)
	case KindDatasource:
		m.published, m.claims, problems = checkDatasource(it, p)
	case KindAlertmanager:
		m.published, m.claims, problems = checkAlertmanager(it, p)
	default:
		problems = []Problem{{
			Code:    CodeUnknownKind,
			Message: "the unknown kind " + quote(string(it.Kind)),
			Remedy:  "Use one of " + kindList() + ".",
		}}
	}
	return m, problems
}

// refuse sets the problems, in the order of their lines, each with the item's
// Ref and kind. What is found in two ways is told once.
func (c *Checked) refuse(problems ...Problem) {
	for i := range problems {
		problems[i] = c.Blame(problems[i])
	}
	slices.SortFunc(problems, Problem.Compare)
	problems = slices.Compact(problems)
	if len(problems) > maxProblems {
		problems = problems[:maxProblems]
	}
	c.Problems = problems
	c.Published, c.SHA256, c.Claims = nil, "", nil
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
