package sidecar

import (
	"slices"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// record is all that is known of one drop-in.
type record struct {
	ref  dropin.Ref
	kind dropin.Kind
	// version is the newest seen, whatever became of it.
	version string

	// latest is the newest edit if it is an item at all.
	latest *dropin.Checked
	// invalid are the problems of the newest edit.
	invalid []dropin.Problem
	// contested are the problems it has only together with others, found anew at
	// every assembly.
	contested []dropin.Problem
	// good is the newest edit before latest that passed all checks, confirmed the
	// newest that the reader took. They differ while the reader is away.
	good, confirmed *dropin.Checked
	// refused holds what the reader refused, by the SHA-256 of the published bytes.
	refused map[string]refusal
	// restored says that it comes from an earlier life and no source has shown it yet.
	restored bool

	state State
	// since is when the drop-in came into its state.
	since time.Time
	// live is the version the reader uses; nil if it uses none.
	live *dropin.Checked
}

type refusal struct {
	problem dropin.Problem
	at      time.Time
	// again says that the version has another chance. What spoke against it is known
	// until the reader takes it.
	again bool
}

// choose returns what to publish: the newest edit if it may be, else the last
// good one, marked as stale; nil if there is none.
func (r *record) choose() *dropin.Checked {
	if r.usable(r.latest) && len(r.contested) == 0 {
		return r.latest
	}
	for _, old := range []*dropin.Checked{r.good, r.confirmed} {
		if !r.usable(old) || r.isContested(old) {
			continue
		}
		stale := *old
		// What an earlier life left is not stale as long as no newer edit is known.
		stale.Stale = !r.restored
		return &stale
	}
	return nil
}

func (r *record) usable(c *dropin.Checked) bool {
	if c == nil || !c.OK() {
		return false
	}
	no, refused := r.refused[c.SHA256]
	return !refused || no.again
}

// isContested says whether c is what lost against others just now.
func (r *record) isContested(c *dropin.Checked) bool {
	return len(r.contested) > 0 && r.latest != nil && r.latest.SHA256 == c.SHA256
}

// edit replaces the newest edit.
func (r *record) edit(c *dropin.Checked, invalid []dropin.Problem) {
	if r.usable(r.latest) && (c == nil || c.SHA256 != r.latest.SHA256) {
		r.good = r.latest
	}
	r.latest, r.invalid, r.restored = c, invalid, false
	if c != nil {
		r.kind = c.Kind
	} else if len(invalid) > 0 && invalid[0].Kind != "" {
		r.kind = invalid[0].Kind
	}
}

// problems are all that speak against the newest edit, the reader's verdict
// included.
func (r *record) problems() []dropin.Problem {
	all := slices.Concat(r.invalid, r.contested)
	if r.latest != nil {
		if no, ok := r.refused[r.latest.SHA256]; ok {
			all = append(all, no.problem)
		}
	}
	return all
}

// refuse notes the reader's verdict on the version c.
func (r *record) refuse(c dropin.Checked, reason string, now time.Time) {
	if r.refused == nil {
		r.refused = map[string]refusal{}
	}
	r.refused[c.SHA256] = refusal{at: now, problem: c.Blame(dropin.Problem{
		Code:    dropin.CodeServerRefused,
		Message: "the server refuses it: " + reason,
		Remedy:  "Mend the drop-in. The same content is tried again after a while.",
	})}
}

// forgive gives versions another chance that were refused before a time.
func (r *record) forgive(before time.Time) (forgiven bool) {
	for sum, no := range r.refused {
		switch {
		case !no.at.Before(before):
		case !r.knows(sum):
			delete(r.refused, sum)
		case !no.again:
			no.again, forgiven = true, true
			r.refused[sum] = no
		}
	}
	return forgiven
}

// knows says whether a version may still be published.
func (r *record) knows(sum string) bool {
	return slices.ContainsFunc([]*dropin.Checked{r.latest, r.good, r.confirmed}, func(c *dropin.Checked) bool {
		return c != nil && c.SHA256 == sum
	})
}

// judge brings the state up to date. chosen is what is published, nil if nothing.
func (r *record) judge(chosen *dropin.Checked, now time.Time) {
	state := StateRejected
	switch {
	case chosen == nil:
	case chosen.Stale:
		state = StateStale
	case r.live != nil && r.live.SHA256 == chosen.SHA256:
		state = StateActive
	default:
		state = StatePending
	}
	if state != r.state {
		r.state, r.since = state, now
	}
}
