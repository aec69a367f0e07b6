package alertmanager

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

// reader is Alertmanager as a [sidecar.Reloader]: it takes bundles, though the
// program takes one file.
type reader struct {
	base      *baseFile
	out       *output
	neighbour neighbour
	// running is the digest of what Alertmanager confirmed last.
	running string
}

// Reload implements [sidecar.Reloader].
func (r *reader) Reload(ctx context.Context, b *dropin.Bundle) (string, error) {
	if err := r.base.read(); err != nil {
		return "", err
	}
	digest := b.Digest()
	merged, problems, err := r.base.merger.Merge(b, templatesDir)
	if err != nil || len(problems) > 0 {
		return "", r.refused(digest, err, problems)
	}
	before := r.out.current
	hash, err := r.out.publish(merged)
	if err != nil {
		return "", err
	}
	// A reload restarts all of Alertmanager's timers, so one that changes nothing is
	// not asked for.
	if ran, err := r.neighbour.runs(ctx); err == nil && ran.is(hash) {
		r.running = digest
		return digest, nil
	}
	err = r.neighbour.reload(ctx)
	if no := (*refusal)(nil); errors.As(err, &no) {
		// It goes on with what it had; a start must find that too.
		if back := r.out.point(before); back != nil {
			return "", errors.Join(err, back)
		}
		return "", r.refused(digest, no, nil)
	}
	if err != nil {
		return "", err
	}
	ran, err := r.neighbour.runs(ctx)
	if err != nil {
		return "", fmt.Errorf("confirm the reload: %w", err)
	}
	if !ran.is(hash) {
		return "", fmt.Errorf("Alertmanager reloaded and runs another configuration than the one published: %s", ran)
	}
	r.running = digest
	return digest, nil
}

// refused says who is at fault, if that is known.
func (r *reader) refused(digest string, err error, problems []dropin.Problem) *sidecar.Refused {
	out := &sidecar.Refused{Digest: digest}
	if err != nil {
		// With the set that it runs already, no drop-in is to blame.
		out.Running, out.Reason = r.running, quoteless(err)
		return out
	}
	out.Reason = fmt.Sprintf("%d drop-ins do not fit the base configuration", len(problems))
	for _, p := range problems {
		out.Items = append(out.Items, sidecar.RefusedItem{Ref: p.Ref, Reason: p.Message})
	}
	return out
}

// quoteless is an error's text without what it quotes: a parser that stumbles over
// a value shows it, and here values are passwords.
func quoteless(err error) string {
	return regexp.MustCompile("\"[^\"]*\"|`[^`]*`|'[^']*'").ReplaceAllString(err.Error(), "…")
}
