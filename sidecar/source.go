package sidecar

import (
	"context"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Event is one thing a source has to say: exactly one of its meanings.
type Event struct {
	// Key of the object that changed or is gone.
	Key Key
	// Object is the object as it is now; nil says that it is gone. The loop does
	// not keep it.
	Object *Object
	// Synced says that everything that exists has been delivered before this event.
	Synced bool
	// Absent says that the cluster does not know the source's kind of objects, for
	// now: nobody waits for it, and what was published stays until a Synced.
	Absent bool
	// Denied says that the source may not read its scope, and why. What was
	// published from there stays; others are not kept waiting for it.
	Denied error
}

// Source delivers the objects of one scope.
type Source interface {
	// Run delivers until ctx ends and survives everything else. deliver blocks
	// until the loop has taken the event, so that a source is never ahead of it.
	Run(ctx context.Context, deliver func(Event))
	// Status may be called at any time.
	Status() SourceStatus
}

// SourceStatus says how a source is doing.
type SourceStatus struct {
	Name string `json:"name"`
	// Kind is the only kind of objects it delivers; empty means any.
	Kind string `json:"kind,omitempty"`
	// Namespace is the only one it reads; empty means all.
	Namespace string `json:"namespace,omitempty"`
	// Synced says that it has delivered everything at least once.
	Synced bool `json:"synced"`
	// Absent says that the cluster does not know the kind, so that there is nothing.
	Absent bool `json:"absent,omitempty"`
	// LastSuccess is when it last heard from where it reads.
	LastSuccess time.Time `json:"lastSuccess,omitzero"`
	// LastAttempt is when it last heard or failed to. A source that does neither hangs.
	LastAttempt time.Time `json:"lastAttempt,omitzero"`
	// Error is why it cannot read now; empty if it can.
	Error string `json:"error,omitempty"`
}

// covers says whether the object that a drop-in is of comes from this source.
func (s SourceStatus) covers(ref dropin.Ref) bool {
	return (s.Namespace == "" || s.Namespace == ref.Namespace) && (s.Kind == "" || s.Kind == ref.ObjectKind())
}
