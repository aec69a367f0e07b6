package sidecar

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// job is one set on its way to the reader. The loop makes it and a goroutine of
// its own carries it out, since a reload may hang.
type job struct {
	set
	// base is what the reader confirmed last: where the search for the drop-in at
	// fault begins.
	base   []dropin.Checked
	policy dropin.Policy
	// since is when the oldest change in it came.
	since time.Time
}

// outcome is what became of a job.
type outcome struct {
	job job
	// inUse is the set that the reader confirmed: the job's, or after a refusal
	// what the search ended with. Its bundle is nil if nothing was confirmed.
	inUse   set
	refused []refusedVersion
	applied Applied
	err     error
	took    time.Duration
}

// refusedVersion is one version of a drop-in that the reader does not take.
type refusedVersion struct {
	item   dropin.Checked
	reason string
}

// applier carries out a job.
type applier struct {
	sink    Sink
	timeout time.Duration
}

func (a applier) apply(ctx context.Context, s set) (Applied, error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	return a.sink.Apply(ctx, s.bundle)
}

func (a applier) run(ctx context.Context, j job) outcome {
	began := time.Now()
	out := outcome{job: j}
	out.applied, out.err = a.apply(ctx, j.set)
	if out.err == nil {
		out.inUse = j.set
	}
	if refused, ok := errors.AsType[*Refused](out.err); ok {
		out.err = nil
		out.refused = named(j.items, refused)
		if len(out.refused) == 0 {
			out.inUse, out.refused, out.err = a.search(ctx, j, refused)
		}
	}
	out.took = time.Since(began)
	return out
}

// named finds the items that the reader says are at fault.
func named(items []dropin.Checked, r *Refused) []refusedVersion {
	var out []refusedVersion
	for _, no := range r.Items {
		i := slices.IndexFunc(items, func(c dropin.Checked) bool { return c.Ref == no.Ref })
		if i >= 0 {
			out = append(out, refusedVersion{item: items[i], reason: no.Reason})
		}
	}
	return out
}
