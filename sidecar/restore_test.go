package sidecar

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// lastGood is what an earlier life published of a good ConfigMap.
func lastGood(t *testing.T, name string, v int) dropin.Checked {
	t.Helper()
	items, problems := dropin.FromConfigMap(rules(name, v))
	if len(items) != 1 || len(problems) > 0 {
		t.Fatalf("items %v, problems %v", items, problems)
	}
	c := dropin.Check(items[0], dropin.Policy{})
	return dropin.Restore(dropin.ManifestItem{Ref: c.Ref, Kind: c.Kind, Source: c.Source, SHA256: c.SHA256}, c.Published)
}

func TestRestoredIsLastGoodAfterARestart(t *testing.T) {
	restored := []dropin.Checked{lastGood(t, "edited", 1), lastGood(t, "deleted", 1), lastGood(t, "same", 1)}
	run(t, func(o *Options) { o.Restored = restored }, func(b *bench) {
		b.source.put(broken("edited"))
		b.source.put(rules("same", 1))
		b.pass(time.Minute)
		if got := b.sink.taken(); len(got) != 0 {
			t.Fatalf("applied before the list was complete: %+v", got)
		}
		b.source.synced()
		b.pass(time.Second)
		want := map[string]State{"team/edited/rules.yaml": StateStale, "team/same/rules.yaml": StateActive}
		if diff := cmp.Diff(want, b.states()); diff != "" {
			t.Error(diff)
		}
		if got := b.sink.taken(); len(got) != 1 || len(got[0].items) != 2 {
			t.Errorf("got %+v", got)
		}
	})
}

// A namespace that may not be read keeps what was published from it and does not
// hold up the others.
func TestDeniedSourceKeepsWhatItHad(t *testing.T) {
	other := newFakeSource("other")
	run(t, func(o *Options) {
		o.Sources[0].(*fakeSource).namespace = "team"
		o.Sources = append(o.Sources, other)
		kept := lastGood(t, "kept", 1)
		kept.Ref.Namespace = "other"
		o.Restored = []dropin.Checked{kept, lastGood(t, "deleted", 1)}
	}, func(b *bench) {
		<-other.running
		b.source.put(rules("a", 1))
		b.source.synced()
		b.pass(time.Minute)
		if got := b.sink.taken(); len(got) != 0 {
			t.Fatalf("did not wait for the other source: %+v", got)
		}
		other.deliver(Event{Denied: errors.New("forbidden")})
		b.pass(time.Second)
		want := map[string]State{"team/a/rules.yaml": StateActive, "other/kept/rules.yaml": StateActive}
		if diff := cmp.Diff(want, b.states()); diff != "" {
			t.Error(diff)
		}
		// Granted again: the list says that nothing is there any more.
		other.synced()
		b.pass(time.Second)
		if diff := cmp.Diff(map[string]State{"team/a/rules.yaml": StateActive}, b.states()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDeniedEverywherePublishesNothing(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.deliver(Event{Denied: errors.New("forbidden")})
		b.pass(time.Minute)
		if got := b.sink.taken(); len(got) != 0 {
			t.Errorf("got %+v", got)
		}
	})
}
