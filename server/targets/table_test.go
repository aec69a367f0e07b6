package targets

import (
	"fmt"
	"testing"
)

// In a round of resending each job is sent once, a few at a time; one that goes
// meanwhile is left out, and one that comes waits for the next round.
func TestTable_ResendsAPartAtATime(t *testing.T) {
	for _, n := range []int{0, 1, 7, resendParts, 2000, 2001} {
		tab := newTable(Options{Syncs: func(string) uint64 { return 0 }})
		for i := range n {
			tab.jobs[fmt.Sprint(i)] = &job{input: &input{}}
		}
		for round := range 2 {
			sent := map[string]int{}
			for part := range resendParts {
				if part == resendParts/2 && round == 0 {
					delete(tab.jobs, "0")
					tab.jobs["new"] = &job{input: &input{}}
				}
				tab.touchPart()
				if most := n/resendParts + 1; len(tab.pending) > most {
					t.Fatalf("%d of %d jobs are sent at once, want %d at most", len(tab.pending), n, most)
				}
				for name := range tab.pending {
					sent[name]++
					delete(tab.pending, name) // delivered
				}
			}
			for name := range tab.jobs {
				if want := 1; sent[name] != want && !(name == "new" && round == 0) {
					t.Errorf("round %d of %d jobs: %s was sent %d times", round, n, name, sent[name])
				}
			}
			if sent["new"] != round || round == 1 && sent["0"] > 0 {
				t.Errorf("round %d of %d jobs: the new one was sent %d times, the one that is gone %d times", round, n, sent["new"], sent["0"])
			}
		}
	}
}
