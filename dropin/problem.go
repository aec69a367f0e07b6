package dropin

import (
	"cmp"
	"fmt"
	"strings"
)

// Code names one kind of problem for good: "scrape/duplicate-job". Each has a
// page in docs/problems/ with the same name.
type Code string

// Problem says what is wrong with one drop-in. It is a value and not an error:
// somebody's drop-in being wrong never stops the others.
type Problem struct {
	Ref  Ref  `json:"ref"`
	Kind Kind `json:"kind"`
	// Line is 1-based within the key's value, 0 when not known.
	Line int  `json:"line,omitempty"`
	Code Code `json:"code"`
	// Message says what is wrong, Remedy what to do about it.
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
	// Excerpt is what stands around the line; nil unless somebody asked for it.
	Excerpt *Excerpt `json:"excerpt,omitempty"`
}

// String returns one line: "team/api/rules.yaml:7: message (rules/bad-expression). remedy".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Ref.String())
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	fmt.Fprintf(&b, ": %s (%s)", strings.TrimSuffix(p.Message, "."), p.Code)
	if p.Remedy != "" {
		fmt.Fprintf(&b, ". %s", p.Remedy)
	}
	return b.String()
}

// Compare orders problems by Ref, line, code and message.
func (p Problem) Compare(o Problem) int {
	return cmp.Or(p.Ref.Compare(o.Ref), cmp.Compare(p.Line, o.Line), cmp.Compare(p.Code, o.Code), cmp.Compare(p.Message, o.Message))
}
