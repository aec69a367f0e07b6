package crash

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestTornLog damages the end of the write-ahead log, as a power cut may that
// takes what the kernel had not written yet. The directory opens, all that was
// acknowledged before the damage is there, and what is written from then on
// survives the next kill.
func TestTornLog(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		damage func(segment string, size int64) error
		// silent damage is no damage to the log: it just ends earlier.
		silent bool
	}{
		{name: "cut short in a record", damage: func(s string, size int64) error { return os.Truncate(s, size-7) }},
		{name: "last page never written", damage: func(s string, size int64) error { return os.Truncate(s, (size-1)/page*page) }},
		{name: "last page all zeros", silent: true, damage: func(s string, size int64) error {
			return overwrite(s, (size-1)/page*page, make([]byte, size-(size-1)/page*page))
		}},
		{name: "flipped bytes", damage: func(s string, size int64) error { return flip(s, size-200, 16) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, l := newRig(t), newLedger()
			r.start()
			for range 20 {
				if err := errors.Join(l.pushNarrow(t.Context(), r.URL), l.pushWide(t.Context(), r.URL)); err != nil {
					t.Fatal(err)
				}
			}
			r.Kill()
			before := l.acked()
			segment, size := lastSegment(t, r)
			if err := c.damage(segment, size); err != nil {
				t.Fatal(err)
			}

			r.start()
			lost, err := l.losses(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			// A push of new series fills more than a page, so the last page holds
			// parts of one push of each kind at most.
			if lost > narrowSeries+wideSeries {
				t.Errorf("%d of %d acknowledged samples are lost, more than the last two pushes", lost, before)
			}
			repaired := r.logged("Successfully repaired WAL")
			if !c.silent && lost > 0 && !repaired {
				r.mustSay("level=WARN", "attempting repair")
				if r.metric("prometheus_tsdb_wal_corruptions_total") == 0 {
					t.Error("no metric tells of the damage")
				}
			}

			// The log is whole again: nothing that follows is lost.
			after := newLedger()
			after.pushes, after.newest = l.pushes, l.newest
			for range 5 {
				if err := errors.Join(after.pushNarrow(t.Context(), r.URL), after.pushWide(t.Context(), r.URL)); err != nil {
					t.Fatal(err)
				}
			}
			r.Kill()
			r.start()
			if r.logged("attempting repair") {
				t.Errorf("repaired a second time:\n%s", r.Tail(20))
			}
			l.merge(after)
			if again, err := l.losses(t.Context(), r); err != nil || again != lost {
				t.Errorf("lost %d of what was acknowledged, %d before the last kill (%v)", again, lost, err)
			}
			r.stop()
			t.Logf("%s: repaired %t, lost the last %d of %d samples that were acknowledged before, none of %d after",
				c.name, repaired, lost, before, after.acked())
		})
	}
}

// page of the log, in bytes: tsdb/wlog pageSize.
const page = 32 << 10

// lastSegment returns the newest segment of the log that holds something.
func lastSegment(t *testing.T, r *rig) (path string, size int64) {
	t.Helper()
	segments, err := filepath.Glob(filepath.Join(r.data, "wal", "0*"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(segments)
	for _, s := range slices.Backward(segments) {
		info, err := os.Stat(s)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 0 {
			return s, info.Size()
		}
	}
	t.Fatalf("the log is empty: %v", segments)
	return "", 0
}

func overwrite(path string, at int64, with []byte) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(with, at)
	return errors.Join(err, f.Close())
}

// flip inverts n bytes of a file.
func flip(path string, at int64, n int) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	b := make([]byte, n)
	if _, err = f.ReadAt(b, at); err == nil {
		for i := range b {
			b[i] ^= 0xff
		}
		_, err = f.WriteAt(b, at)
	}
	return errors.Join(err, f.Close())
}
