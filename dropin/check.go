package dropin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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
	published, problems := checkKind(it, p)
	if len(problems) > 0 {
		c.refuse(problems...)
		return c
	}
	c.Published = published
	c.SHA256 = sum(published)
	return c
}

func checkKind(it Item, p Policy) ([]byte, []Problem) {
	switch it.Kind {
	case KindScrape:
		return checkScrape(it, p)
	case KindRules:
		return checkRules(it)
	case KindDashboard, KindDatasource, KindAlertmanager:
		return it.Data, nil
	default:
		return nil, []Problem{{
			Code:    CodeUnknownKind,
			Message: "the unknown kind " + quote(string(it.Kind)),
			Remedy:  "Use one of " + kindList() + ".",
		}}
	}
}

// refuse adds problems, each with the item's Ref and kind.
func (c *Checked) refuse(problems ...Problem) {
	for _, pr := range problems {
		pr.Ref, pr.Kind = c.Ref, c.Kind
		c.Problems = append(c.Problems, pr)
	}
	c.Published, c.SHA256 = nil, ""
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
