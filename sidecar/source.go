package sidecar

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Key names an object in a source.
type Key struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// String returns "namespace/name".
func (k Key) String() string { return k.Namespace + "/" + k.Name }

// KeyOf returns the key of a ConfigMap.
func KeyOf(cm *corev1.ConfigMap) Key { return Key{Namespace: cm.Namespace, Name: cm.Name} }

// Event is one thing a source has to say: exactly one of its meanings.
type Event struct {
	// Key of the object that changed or is gone.
	Key Key
	// Object is the ConfigMap as it is now; nil says that it is gone. The loop
	// does not keep it and never changes it.
	Object *corev1.ConfigMap
	// Synced says that everything that exists has been delivered before this event.
	Synced bool
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
	// Namespace is the only one it reads; empty means all.
	Namespace string `json:"namespace,omitempty"`
	// Synced says that it has delivered everything at least once.
	Synced bool `json:"synced"`
	// LastSuccess is when it last heard from where it reads.
	LastSuccess time.Time `json:"lastSuccess,omitzero"`
	// LastAttempt is when it last heard or failed to. A source that does neither hangs.
	LastAttempt time.Time `json:"lastAttempt,omitzero"`
	// Error is why it cannot read now; empty if it can.
	Error string `json:"error,omitempty"`
}

// covers says whether objects of a namespace come from this source.
func (s SourceStatus) covers(namespace string) bool {
	return s.Namespace == "" || s.Namespace == namespace
}
