package sidecar

import (
	"context"
	"slices"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// A release takes what is addressed to it or to nobody, also when that changes.
func TestForRelease(t *testing.T) {
	source := newFakeSource("")
	var got []string
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ForRelease(source, "mine").Run(ctx, func(ev Event) {
			switch {
			case ev.Synced:
				got = append(got, "synced")
			case ev.Object == nil:
				got = append(got, "-"+ev.Key.Name)
			default:
				got = append(got, "+"+ev.Key.Name)
			}
		})
	}()
	<-source.running
	put := func(name, release string) {
		cm := rules(name, 1)
		if release != "" {
			cm.Labels[dropin.LabelRelease] = release
		}
		source.put(cm)
	}
	put("nobody", "")
	put("mine", "mine")
	put("theirs", "theirs")
	source.synced()
	put("mine", "theirs")
	put("theirs", "mine")
	put("theirs", "")
	cancel()
	<-ended
	if want := []string{"+nobody", "+mine", "-theirs", "synced", "-mine", "+theirs", "+theirs"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
