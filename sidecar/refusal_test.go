package sidecar

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// refuseIf answers as a server that cannot load sets in which any drop-in
// contains one of the words. It names the drop-ins at fault if name is set.
func refuseIf(name bool, words ...string) func(context.Context, apply) error {
	running := ""
	return func(_ context.Context, a apply) error {
		no := &Refused{Digest: a.digest, Running: running, Reason: "cannot load"}
		bad := false
		for ref, text := range a.items {
			for _, w := range words {
				if !strings.Contains(text, w) {
					continue
				}
				bad = true
				if r, err := dropin.ParseRef(ref); err == nil && name {
					no.Items = append(no.Items, RefusedItem{Ref: r, Reason: "holds " + w})
				}
			}
		}
		if bad {
			return no
		}
		running = a.digest
		return nil
	}
}

func TestRefusedDropInIsFoundAndOthersGoOn(t *testing.T) {
	for _, named := range []bool{true, false} {
		t.Run(fmt.Sprintf("named=%v", named), func(t *testing.T) {
			run(t, nil, func(b *bench) {
				b.sink.set(refuseIf(named, "vector(13)", "vector(14)"))
				b.source.put(rules("edited", 1))
				for i := range 12 {
					b.source.put(rules(fmt.Sprintf("cm%d", i), 100+i))
				}
				b.source.synced()
				b.pass(time.Second)
				b.sink.taken()

				b.source.put(rules("edited", 13))
				b.source.put(rules("new", 14))
				b.source.put(rules("good", 200))
				b.pass(time.Second)
				applies := b.sink.taken()
				if len(applies) > 12 {
					t.Errorf("%d applies to find two among three", len(applies))
				}
				for _, a := range applies {
					if len(a.items) < 13 {
						t.Errorf("a search took drop-ins away that ran before: %d are left", len(a.items))
					}
				}
				// The search may end with a trial that is refused; what counts is
				// what the reader took.
				var last map[string]string
				for _, a := range applies {
					if a.digest == b.Status().Confirmed {
						last = a.items
					}
				}
				if len(last) != 14 || !strings.Contains(last["team/edited/rules.yaml"], "vector(1)") {
					t.Errorf("in the end: %v", last)
				}
				states := b.states()
				want := map[string]State{"edited": StateStale, "new": StateRejected, "good": StateActive, "cm3": StateActive}
				for name, s := range want {
					if got := states["team/"+name+"/rules.yaml"]; got != s {
						t.Errorf("%s is %s, want %s", name, got, s)
					}
				}
				if p := b.dropIn("team/new/rules.yaml").Problems; len(p) != 1 || p[0].Code != dropin.CodeServerRefused {
					t.Errorf("problems: %v", p)
				}
				b.pass(time.Minute)
				for _, a := range b.sink.taken() {
					if strings.Contains(a.items["team/new/rules.yaml"], "vector(14)") {
						t.Error("a refused version was tried again within a minute")
					}
				}
			})
		})
	}
}

func TestRefusedIsTriedAgainAfterAWhileAndWhenEdited(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.sink.set(refuseIf(true, "vector(13)"))
		b.source.put(rules("a", 13))
		b.source.synced()
		b.pass(time.Second)
		if s := b.states()["team/a/rules.yaml"]; s != StateRejected {
			t.Fatalf("state %s", s)
		}
		b.source.put(rules("a", 12))
		b.pass(time.Second)
		if s := b.states()["team/a/rules.yaml"]; s != StateActive {
			t.Errorf("after an edit: %s", s)
		}
		b.source.put(rules("a", 13))
		b.pass(time.Second)
		if s := b.states()["team/a/rules.yaml"]; s != StateStale {
			t.Errorf("after the same again: %s", s)
		}
		b.sink.set(nil)
		b.pass(11 * time.Minute)
		if s := b.states()["team/a/rules.yaml"]; s != StateActive {
			t.Errorf("after the reason went away: %s", s)
		}
	})
}

// While it is tried again the owner still reads why it was refused.
func TestRefusedHasItsReasonWhileItIsTriedAgain(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.sink.set(refuseIf(true, "vector(13)"))
		b.source.put(rules("a", 13))
		b.source.synced()
		b.pass(time.Second)
		tried := false
		b.sink.set(func(ctx context.Context, a apply) error {
			if !strings.Contains(a.items["team/a/rules.yaml"], "vector(13)") {
				return nil
			}
			tried = true
			return errors.New("no answer")
		})
		b.pass(11 * time.Minute)
		b.source.put(rules("b", 1))
		b.pass(time.Second)
		a := b.dropIn("team/a/rules.yaml")
		if !tried || a.State != StatePending || len(a.Problems) != 1 || a.Problems[0].Code != dropin.CodeServerRefused {
			t.Errorf("tried again: %v, %s, problems: %v", tried, a.State, a.Problems)
		}
		b.sink.set(nil)
		b.pass(time.Minute)
		if a := b.dropIn("team/a/rules.yaml"); a.State != StateActive || len(a.Problems) != 0 {
			t.Errorf("taken in the end: %s, problems: %v", a.State, a.Problems)
		}
	})
}

// Two that are good alone and cannot be together: the older one stays.
func TestRefusedPairLosesTheYounger(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.sink.set(func(_ context.Context, a apply) error {
			if len(a.items) > 1 {
				return &Refused{Digest: a.digest, Reason: "there can be only one"}
			}
			return nil
		})
		younger := rules("a", 1)
		younger.CreationTimestamp.Time = time.Unix(2000, 0)
		older := rules("b", 1)
		older.CreationTimestamp.Time = time.Unix(1000, 0)
		b.source.put(younger)
		b.source.put(older)
		b.source.synced()
		b.pass(time.Second)
		want := map[string]State{"team/a/rules.yaml": StateRejected, "team/b/rules.yaml": StateActive}
		if diff := cmp.Diff(want, b.states()); diff != "" {
			t.Error(diff)
		}
	})
}

// A reader that refuses everything is broken itself. No drop-in is blamed, and
// it is asked until it is mended.
func TestReaderThatRefusesEverything(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.put(rules("a", 1))
		b.source.synced()
		b.pass(time.Second)
		b.sink.set(func(_ context.Context, a apply) error {
			return &Refused{Digest: a.digest, Reason: "base configuration is broken"}
		})
		b.source.put(rules("b", 1))
		b.pass(time.Minute)
		for ref, s := range b.states() {
			if s != StateActive && s != StatePending {
				t.Errorf("%s is %s", ref, s)
			}
		}
		if b.Status().Error == "" {
			t.Error("the status says nothing of it")
		}
		b.sink.set(nil)
		b.pass(10 * time.Second)
		if s := b.states()["team/b/rules.yaml"]; s != StateActive || b.Status().Error != "" {
			t.Errorf("after it was mended: %s, %q", s, b.Status().Error)
		}
	})
}

func TestRetryUntilTheReaderAnswers(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.sink.set(func(context.Context, apply) error { return errors.New("connection refused") })
		b.source.put(rules("a", 1))
		b.source.synced()
		b.pass(10 * time.Minute)
		applies := b.sink.taken()
		for i := 1; i < len(applies); i++ {
			if gap := applies[i].at.Sub(applies[i-1].at); gap > 5*time.Second {
				t.Errorf("waited for %s", gap)
			}
		}
		if n := len(applies); n < 100 || n > 200 {
			t.Errorf("%d tries in ten minutes", n)
		}
		if s := b.states()["team/a/rules.yaml"]; s != StatePending {
			t.Errorf("state %s", s)
		}
		b.sink.set(nil)
		b.pass(5 * time.Second)
		if s := b.states()["team/a/rules.yaml"]; s != StateActive {
			t.Errorf("state %s", s)
		}
	})
}

// While a reload hangs the loop goes on; then only the newest set is handed on.
func TestNewestWinsOverAHangingReload(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.synced()
		b.pass(time.Second)
		b.sink.taken()
		b.sink.set(func(ctx context.Context, a apply) error {
			if strings.Contains(a.items["team/a/rules.yaml"], "vector(0)") {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		for i := range 50 {
			b.source.put(rules("a", i))
			b.pass(200 * time.Millisecond)
		}
		if s := b.states()["team/a/rules.yaml"]; s != StatePending {
			t.Errorf("state %s", s)
		}
		b.pass(30 * time.Second)
		applies := b.sink.taken()
		if len(applies) != 2 || !strings.Contains(applies[1].items["team/a/rules.yaml"], "vector(49)") {
			t.Errorf("%d applies, last %v", len(applies), applies[len(applies)-1].items)
		}
		if s := b.states()["team/a/rules.yaml"]; s != StateActive {
			t.Errorf("state %s", s)
		}
	})
}

// A reader that was restarted may have come back with something else.
func TestReaderIsAskedAgainWhatItUses(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.put(rules("a", 1))
		b.source.synced()
		b.pass(time.Second)
		b.sink.taken()
		b.pass(5 * time.Minute)
		if n := len(b.sink.taken()); n < 9 || n > 11 {
			t.Errorf("asked %d times in five minutes", n)
		}
	})
}
