package sidecar

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestUnion(t *testing.T) {
	a, b := newFakeSource(""), newFakeSource("")
	var got []string
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		NewUnion(a, b).Run(ctx, func(ev Event) {
			switch {
			case ev.Synced:
				got = append(got, "synced")
			case ev.Denied != nil:
				got = append(got, "denied")
			case ev.Object == nil:
				got = append(got, "-"+ev.Key.Name)
			default:
				got = append(got, "+"+ev.Key.Name)
			}
		})
	}()
	<-a.running
	<-b.running
	x := rules("x", 1)
	a.put(x)
	a.synced() // nothing is known of the other yet
	b.synced()
	// The labels of x change: now the other source selects it, and tells first.
	b.put(x)
	a.drop(x)
	b.drop(x)
	// And back, told in the other order.
	a.put(x)
	a.drop(x)
	b.put(x)
	b.deliver(Event{Denied: errors.New("no")})
	cancel()
	<-ended
	want := []string{"+x", "synced", "+x", "-x", "+x", "-x", "+x", "denied"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
