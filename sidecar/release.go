package sidecar

import "context"

// ForRelease returns a source without the objects that are addressed to another
// release of the stack, by [dropin.LabelRelease]. A label selector cannot say
// "this value or none", and two watches would each cost what one costs.
func ForRelease(s Source, release string) Source { return addressed{s, release} }

type addressed struct {
	Source
	release string
}

// Run implements [Source]. An object that is addressed to another release, now or
// since a moment ago, is as good as gone.
func (a addressed) Run(ctx context.Context, deliver func(Event)) {
	a.Source.Run(ctx, func(ev Event) {
		if o := ev.Object; o != nil && o.Release != "" && o.Release != a.release {
			ev = Event{Key: ev.Key}
		}
		deliver(ev)
	})
}
