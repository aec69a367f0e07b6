package residency

import (
	"runtime/debug"
	"testing"
	"time"
)

func TestRoom(t *testing.T) {
	for _, c := range []struct {
		live             uint64
		configured, want int
	}{
		{10 << 20, 75, 10},
		{76 << 20, 75, 10},
		{82 << 20, 75, 42},
		{88 << 20, 75, 75},
		{1 << 30, 75, 75},
		{10 << 20, 5, 5},
		{10 << 20, -1, -1},
	} {
		if got := room(c.live, c.configured); got != c.want {
			t.Errorf("room of %d MiB, configured %d: %d, want %d", c.live>>20, c.configured, got, c.want)
		}
	}
}

// A small heap has little room until it has to be collected again and again, and
// has it again a minute after that.
func TestPacer(t *testing.T) {
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	inForce := func() int {
		percent := debug.SetGCPercent(100)
		debug.SetGCPercent(percent)
		return percent
	}
	var p Pacer
	if p.Configure(75); inForce() != 75 {
		t.Fatalf("%d as configured, want 75", inForce())
	}
	at, cycles, less := time.Now(), uint64(40), false
	seconds := func(n int, collections uint64) {
		for range n {
			at, cycles = at.Add(time.Second), cycles+collections
			less = p.look(at, 10<<20, cycles) || less
		}
	}
	if seconds(3, 0); inForce() != 10 {
		t.Errorf("%d in a small heap that is at rest, want 10", inForce())
	}
	if !less {
		t.Error("nothing is given back when there is less room")
	}
	if seconds(7, 1); inForce() != 75 {
		t.Errorf("%d in one that was collected 7 times in 7 seconds, want 75", inForce())
	}
	if seconds(50, 0); inForce() != 75 {
		t.Errorf("%d after 50 s, want 75", inForce())
	}
	if seconds(20, 0); inForce() != 10 {
		t.Errorf("%d after 70 s, want 10", inForce())
	}
	if p.Configure(75); inForce() != 10 {
		t.Errorf("%d after the same configuration again, want 10", inForce())
	}
	if p.look(at.Add(time.Second), 100<<20, cycles); inForce() != 75 {
		t.Errorf("%d in a large heap, want 75", inForce())
	}
	if before := p.Configure(30); before != 75 || inForce() != 30 {
		t.Errorf("%d after 30 was configured instead of %d", inForce(), before)
	}
}
