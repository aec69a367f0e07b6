package sidecar

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// search finds the drop-ins because of which the reader refused a set, when it
// did not name them. It begins with what the reader confirmed before and adds
// the changes in halves, so one bad among n costs about 2·log2(n) reloads, and
// the reader never runs less than it ran before.
func (a applier) search(ctx context.Context, j job, verdict *Refused) (set, []refusedVersion, error) {
	base, changes := split(j.items, j.base)
	t := &trial{applier: a, ctx: ctx, policy: j.policy, inUse: base}
	if _, refused, err := t.try(nil); err != nil {
		return set{}, nil, err
	} else if refused != nil {
		return set{}, nil, fmt.Errorf("the reader refuses what it ran before as well, so no drop-in is at fault: %s", verdict.Reason)
	}
	if err := t.add(changes, verdict.Reason); err != nil {
		return t.last, nil, err
	}
	if len(t.refused) == 0 {
		// Each half was taken and the whole was refused: the reader changed its mind.
		return t.last, nil, fmt.Errorf("the reader refused a set and took it piece by piece: %s", verdict.Reason)
	}
	return t.last, t.refused, nil
}

// split divides what is wanted into what the reader ran before and what changed.
// An item whose newest version is a change stays in the base at its version
// before; one that was deleted is in neither.
func split(wanted, confirmed []dropin.Checked) (base, changes []dropin.Checked) {
	before := make(map[dropin.Ref]dropin.Checked, len(confirmed))
	for _, c := range confirmed {
		before[c.Ref] = c
	}
	for _, c := range wanted {
		old, ran := before[c.Ref]
		if ran {
			base = append(base, old)
		}
		if !ran || old.SHA256 != c.SHA256 {
			changes = append(changes, c)
		}
	}
	// Of two that cannot be together, the one added first stays: the older one.
	slices.SortFunc(changes, func(x, y dropin.Checked) int {
		return cmp.Or(x.Created.Compare(y.Created), x.Ref.Compare(y.Ref))
	})
	return base, changes
}

// trial is one search under way.
type trial struct {
	applier
	ctx    context.Context
	policy dropin.Policy
	// inUse are the items the reader has taken, last the set they make.
	inUse   []dropin.Checked
	last    set
	refused []refusedVersion
}

// add adds all changes that the reader takes and notes the others.
func (t *trial) add(changes []dropin.Checked, reason string) error {
	if len(changes) == 0 {
		return nil
	}
	ok, refused, err := t.try(changes)
	switch {
	case err != nil || ok:
		return err
	case len(changes) == 1:
		t.refused = append(t.refused, refusedVersion{item: changes[0], reason: cmp.Or(refused.Reason, reason)})
		return nil
	}
	half := len(changes) / 2
	if err := t.add(changes[:half], reason); err != nil {
		return err
	}
	return t.add(changes[half:], reason)
}

// try applies what is in use together with more changes.
func (t *trial) try(changes []dropin.Checked) (ok bool, refused *Refused, err error) {
	items := overlay(t.inUse, changes)
	bundle, _ := dropin.Assemble(items, t.policy)
	s := set{bundle: bundle, items: items}
	if _, err := t.apply(t.ctx, s); err != nil {
		if refused, ok := errors.AsType[*Refused](err); ok {
			return false, refused, nil
		}
		return false, nil, fmt.Errorf("search for the drop-in at fault: %w", err)
	}
	t.inUse, t.last = items, s
	return true, nil, nil
}

// overlay replaces items by changes of the same Ref and adds the others.
func overlay(items, changes []dropin.Checked) []dropin.Checked {
	changed := make(map[dropin.Ref]bool, len(changes))
	for _, c := range changes {
		changed[c.Ref] = true
	}
	out := make([]dropin.Checked, 0, len(items)+len(changes))
	for _, c := range items {
		if !changed[c.Ref] {
			out = append(out, c)
		}
	}
	return append(out, changes...)
}
