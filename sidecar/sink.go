package sidecar

import (
	"context"
	"fmt"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Sink makes a bundle the one in use.
type Sink interface {
	// Apply publishes b and has the reader confirm that it uses it. Applying the
	// bundle in use again is cheap. A [*Refused] means that trying the same
	// bundle again will not help and that the one before is in use again; any
	// other error, that it may help.
	Apply(ctx context.Context, b *dropin.Bundle) (Applied, error)
}

// Applied says what it took to apply a bundle.
type Applied struct {
	// Files were written, Kept were shared with the generation before.
	Files, Kept int
}

// Refused is the reader's verdict on a whole bundle.
type Refused struct {
	// Digest is what was refused, Running what the reader goes on with.
	Digest  string
	Running string
	Reason  string
	// Items are the drop-ins at fault, as far as the reader knows them.
	Items []RefusedItem
}

// RefusedItem is one drop-in that the reader found at fault.
type RefusedItem struct {
	Ref    dropin.Ref `json:"ref"`
	Reason string     `json:"error"`
}

// Error makes a Refused an error.
func (r *Refused) Error() string {
	return fmt.Sprintf("generation %s was refused: %s", r.Digest, r.Reason)
}
