package plan

import (
	"fmt"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// BaseError says that the base configuration file, or a file it names, cannot
// be used. No drop-in is at fault.
type BaseError struct {
	Path string
	Err  error
}

func (e *BaseError) Error() string {
	return fmt.Sprintf("couldn't load configuration (--config.file=%q): %v", e.Path, e.Err)
}

func (e *BaseError) Unwrap() error { return e.Err }

// ItemError is what is wrong with one drop-in.
type ItemError struct {
	Ref dropin.Ref
	Err error
}

func (e ItemError) Error() string { return fmt.Sprintf("%s: %v", e.Ref, e.Err) }

func (e ItemError) Unwrap() error { return e.Err }

// RefusedError says that a generation cannot be put in force. Reading the same
// bytes again would give the same answer.
type RefusedError struct {
	Digest string
	// Items names each drop-in at fault, at least one.
	Items []ItemError
}

func (e *RefusedError) Error() string {
	msgs := make([]string, len(e.Items))
	for i, it := range e.Items {
		msgs[i] = it.Error()
	}
	return fmt.Sprintf("generation %s refused: %s", e.Digest, strings.Join(msgs, "; "))
}
