package sidecar

import (
	"fmt"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// lastGoodStays is told together with the problems: the first thing an owner
// wants to know is whether anything is broken now.
const lastGoodStays = " The last good version stays in use."

// refusalMessage says all that fits into an Event: "key:line: reason (code). remedy"
// for each problem.
func refusalMessage(v Verdict) string {
	end := ""
	if v.LastGood {
		end = lastGoodStays
	}
	var b strings.Builder
	for i, p := range v.Problems {
		// The Event is on the object, so its name need not be said.
		text := strings.TrimPrefix(p.String(), v.Key.String()+"/")
		if v.Key.Kind != dropin.ObjectConfigMap && v.Key.Kind != dropin.ObjectSecret {
			// It is one drop-in as a whole, so there is no key to tell from others.
			text = strings.TrimPrefix(p.String(), p.Ref.String()+": ")
		}
		more := fmt.Sprintf(" …and %d more problems.", len(v.Problems)-i)
		sep := ""
		if i > 0 {
			sep = "; "
		}
		room := maxMessage - b.Len() - len(sep) - len(end) - len(more)
		if len(text) > room {
			if i == 0 {
				b.WriteString(cut(text, room))
				more = fmt.Sprintf(" …and %d more problems.", len(v.Problems)-1)
			}
			if i > 0 || len(v.Problems) > 1 {
				b.WriteString(more)
			}
			break
		}
		b.WriteString(sep + text)
	}
	return b.String() + end
}

// cut shortens a text without cutting a character in two.
func cut(s string, most int) string {
	return strings.ToValidUTF8(s[:most-len("…")], "") + "…"
}
