package evaluator

import "testing"

func TestConcurrency_IsLimited(t *testing.T) {
	c := newConcurrency(2)
	for i, want := range []bool{true, true, false} {
		if got := c.Allow(t.Context(), nil, nil); got != want {
			t.Errorf("rule %d beside others: allowed %v, want %v", i+1, got, want)
		}
	}
	c.Done(t.Context())
	if !c.Allow(t.Context(), nil, nil) {
		t.Error("a slot that was given back is not free")
	}
}
