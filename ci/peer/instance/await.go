package instance

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// permanent is an error that trying again cannot cure.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent makes [Await] give up.
func Permanent(err error) error { return permanent{err} }

// Await calls f until it returns nil, every interval, and gives up when ctx ends
// or f returns a [Permanent] error. The error is the last one of f.
func Await(ctx context.Context, every time.Duration, f func(context.Context) error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var last error
	for {
		err := f(ctx)
		if err == nil || errors.As(err, &permanent{}) {
			return err
		}
		if ctx.Err() == nil || last == nil { // what is cut short says nothing
			last = err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; last: %w", context.Cause(ctx), last)
		case <-tick.C:
		}
	}
}
