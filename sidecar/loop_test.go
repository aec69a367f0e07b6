package sidecar

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNothingBeforeTheFirstListIsProcessed(t *testing.T) {
	run(t, nil, func(b *bench) {
		for i := range 20 {
			b.source.put(rules(fmt.Sprintf("cm%d", i), i))
		}
		b.pass(time.Minute)
		if got := b.sink.taken(); len(got) > 0 {
			t.Fatalf("%d applies of half a list", len(got))
		}
		b.source.synced()
		b.pass(time.Second)
		got := b.sink.taken()
		if len(got) != 1 || len(got[0].items) != 20 {
			t.Fatalf("got %+v", got)
		}
	})
}

// An empty cluster has a generation too: readiness waits for the first one.
func TestEmptyListIsPublished(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.synced()
		b.pass(time.Second)
		if got := b.sink.taken(); len(got) != 1 || len(got[0].items) != 0 {
			t.Fatalf("got %+v", got)
		}
	})
}

func TestChangeThatComesAloneGoesOutAtOnce(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.synced()
		b.pass(time.Minute)
		b.sink.taken()
		began := time.Now()
		b.source.put(rules("a", 1))
		b.settle()
		got := b.sink.taken()
		if len(got) != 1 || got[0].at.Sub(began) != 0 {
			t.Fatalf("got %+v", got)
		}
		if s := b.states()["team/a/rules.yaml"]; s != StateActive {
			t.Errorf("state %s", s)
		}
	})
}

func TestBurstIsHeldTogether(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.synced()
		b.pass(time.Minute)
		b.sink.taken()
		for i := range 30 {
			b.source.put(rules(fmt.Sprintf("cm%d", i), i))
			b.pass(10 * time.Millisecond)
		}
		b.pass(time.Second)
		got := b.sink.taken()
		if len(got) != 2 {
			t.Errorf("%d applies of one burst", len(got))
		}
		if n := len(got[len(got)-1].items); n != 30 {
			t.Errorf("the last has %d drop-ins", n)
		}
	})
}

// Whatever the rhythm of changes, none waits longer than the ceiling, and the
// applies are bounded by time and not by the number of changes.
func TestHoldoffHasACeiling(t *testing.T) {
	for seed := range uint64(20) {
		run(t, nil, func(b *bench) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			b.source.synced()
			b.pass(time.Minute)
			b.sink.taken()
			seen := map[string]time.Time{} // bytes to when they were put
			began := time.Now()
			for i := range 200 {
				cm := rules("noisy", i)
				b.source.put(cm)
				seen[cm.Data["rules.yaml"]] = time.Now()
				b.pass(time.Duration(rnd.IntN(120)) * time.Millisecond)
			}
			took := time.Since(began)
			b.pass(time.Second)
			applies := b.sink.taken()
			last := began
			for _, a := range applies {
				if wait := a.at.Sub(last); wait > 500*time.Millisecond+120*time.Millisecond {
					t.Errorf("seed %d: nothing for %s while changes came", seed, wait)
				}
				last = a.at
			}
			if most := int(took/(100*time.Millisecond)) + 2; len(applies) > most {
				t.Errorf("seed %d: %d applies in %s", seed, len(applies), took)
			}
			for text, at := range seen {
				for _, a := range applies {
					if a.items["team/noisy/rules.yaml"] == text && a.at.Sub(at) > 500*time.Millisecond {
						t.Errorf("seed %d: a change waited for %s", seed, a.at.Sub(at))
					}
				}
			}
		})
	}
}

// A team that changes its drop-in all the time delays nobody: whoever changes one now
// and then goes out at once, as if it were quiet. And it costs no more publishes than
// the ceiling allows, beside those of the others.
func TestOthersDoNotWaitForANoisyTeam(t *testing.T) {
	for _, every := range []time.Duration{7 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 110 * time.Millisecond, 190 * time.Millisecond} {
		run(t, nil, func(b *bench) {
			b.source.put(rules("noisy", 0))
			b.source.synced()
			b.pass(time.Minute)
			b.sink.taken()
			before := b.sink.count()
			const minute = time.Minute
			// The first of many is as calm as any.
			began, next, others := time.Now(), time.Now().Add(time.Second), 0
			for i := 1; time.Since(began) < minute; i++ {
				b.source.put(rules("noisy", i))
				if time.Now().After(next) {
					others++
					next = next.Add(700 * time.Millisecond)
					cm := rules(fmt.Sprintf("calm%d", others%10), i)
					b.source.put(cm)
					b.settle()
					applies := b.sink.taken()
					if n := len(applies); n == 0 || applies[n-1].items["team/"+cm.Name+"/rules.yaml"] != cm.Data["rules.yaml"] {
						t.Errorf("noise every %s: the change of %s did not go out at once", every, cm.Name)
					}
				}
				b.pass(every)
			}
			applies, most := b.sink.count()-before, int(minute/DefaultOptions().HoldoffMax)+others+2
			t.Logf("noise every %s: %d applies in a minute with %d changes of others", every, applies, others)
			if applies > most {
				t.Errorf("noise every %s: more than %d", every, most)
			}
		})
	}
}

func TestSameDigestIsNotAppliedAgain(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.put(rules("a", 1))
		b.source.synced()
		b.pass(time.Second)
		b.sink.taken()
		again := rules("a", 1) // another resourceVersion, the same bytes
		b.source.put(again)
		b.source.put(again)
		b.source.synced()
		b.pass(time.Second)
		if got := b.sink.taken(); len(got) != 0 {
			t.Errorf("got %+v", got)
		}
		// There and back within one holdoff is nothing either.
		b.source.put(rules("b", 1))
		b.source.put(rules("a", 2))
		b.pass(time.Second)
		b.sink.taken()
		b.source.put(rules("a", 3))
		b.pass(20 * time.Millisecond)
		b.source.put(rules("a", 4))
		b.source.put(rules("a", 3))
		b.pass(time.Second)
		if got := b.sink.taken(); len(got) != 1 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestBrokenDropInHurtsOnlyItself(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.put(rules("good", 1))
		b.source.put(broken("bad"))
		b.source.synced()
		b.pass(time.Second)
		got := b.sink.taken()
		if len(got) != 1 || len(got[0].items) != 1 {
			t.Fatalf("got %+v", got)
		}
		want := map[string]State{"team/good/rules.yaml": StateActive, "team/bad/rules.yaml": StateRejected}
		if diff := cmp.Diff(want, b.states()); diff != "" {
			t.Error(diff)
		}
		if d := b.dropIn("team/bad/rules.yaml"); len(d.Problems) == 0 {
			t.Errorf("problems: %+v", d.Problems)
		}
	})
}

func TestBrokenEditLeavesLastGood(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.put(rules("a", 1))
		b.source.synced()
		b.pass(time.Second)
		b.sink.taken()
		b.source.put(broken("a"))
		b.pass(time.Second)
		if got := b.sink.taken(); len(got) != 0 {
			t.Errorf("a refused edit was applied: %+v", got)
		}
		if s := b.states()["team/a/rules.yaml"]; s != StateStale {
			t.Errorf("state %s", s)
		}
		// A change of somebody else keeps the last good one in.
		b.source.put(rules("b", 1))
		b.pass(time.Second)
		got := b.sink.taken()
		if len(got) != 1 || !strings.Contains(got[0].items["team/a/rules.yaml"], "vector(1)") {
			t.Errorf("got %+v", got)
		}
		b.source.put(rules("a", 2))
		b.pass(time.Second)
		if s := b.states()["team/a/rules.yaml"]; s != StateActive {
			t.Errorf("state %s", s)
		}
	})
}

func TestDeletionRemovesLastGoodToo(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.put(rules("a", 1))
		b.source.synced()
		b.pass(time.Second)
		b.source.put(broken("a"))
		b.pass(time.Second)
		b.sink.taken()
		b.source.drop(broken("a"))
		b.pass(time.Second)
		got := b.sink.taken()
		if len(got) != 1 || len(got[0].items) != 0 || len(b.states()) != 0 {
			t.Errorf("got %+v, states %v", got, b.states())
		}
	})
}

func TestKeyThatIsGoneIsRemoved(t *testing.T) {
	run(t, nil, func(b *bench) {
		cm := rules("a", 1)
		cm.Data["second.yaml"] = rules("a", 2).Data["rules.yaml"]
		b.source.put(cm)
		b.source.synced()
		b.pass(time.Second)
		b.sink.taken()
		b.source.put(rules("a", 1))
		b.pass(time.Second)
		if got := b.sink.taken(); len(got) != 1 || len(got[0].items) != 1 {
			t.Errorf("got %+v", got)
		}
	})
}

// A label value nobody knows says nothing about taking the drop-ins away.
func TestUnreadableObjectKeepsItsDropIns(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.put(rules("a", 1))
		b.source.synced()
		b.pass(time.Second)
		b.sink.taken()
		cm := rules("a", 1)
		cm.Labels = map[string]string{"kube-monitoring-stack.io/drop-in": "ruels"}
		b.source.put(cm)
		b.pass(time.Second)
		if got := b.sink.taken(); len(got) != 0 {
			t.Errorf("got %+v", got)
		}
		want := map[string]State{"team/a/rules.yaml": StateStale, "team/a": StateRejected}
		if diff := cmp.Diff(want, b.states()); diff != "" {
			t.Error(diff)
		}
		b.source.put(rules("a", 1))
		b.pass(time.Second)
		if diff := cmp.Diff(map[string]State{"team/a/rules.yaml": StateActive}, b.states()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestVerdictIsToldOnce(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.put(broken("a"))
		b.source.synced()
		b.pass(time.Second)
		if got := b.report.taken(); len(got) != 1 || len(got[0].Problems) == 0 || got[0].LastGood {
			t.Fatalf("got %+v", got)
		}
		b.source.put(broken("a"))
		b.source.put(rules("b", 1))
		b.pass(time.Minute)
		if got := b.report.taken(); len(got) != 0 {
			t.Errorf("told again: %+v", got)
		}
		// Mended is told when the reader confirmed it and not before.
		b.sink.set(func(context.Context, apply) error { return errors.New("away") })
		b.source.put(rules("a", 1))
		b.pass(time.Second)
		if got := b.report.taken(); len(got) != 0 {
			t.Errorf("told before it was confirmed: %+v", got)
		}
		b.sink.set(nil)
		b.pass(10 * time.Second)
		if got := b.report.taken(); len(got) != 1 || len(got[0].Problems) != 0 {
			t.Errorf("got %+v", got)
		}
	})
}

// API servers forget Events: what stays wrong is told again, and logged once.
func TestProblemsThatStayAreToldAgain(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.put(broken("api"))
		b.source.put(rules("good", 1))
		b.source.synced()
		b.settle()
		b.report.taken()
		b.pass(DefaultOptions().RemindAfter + DefaultOptions().Reconfirm)
		got := b.report.taken()
		if len(got) != 1 || !got[0].Reminder || got[0].Key.Name != "api" || len(got[0].Problems) != 1 {
			t.Errorf("got %+v", got)
		}
	})
}
