package crash

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// volume is a small filesystem with something on it that takes up space.
type volume struct {
	t    *testing.T
	path string
}

// volumeBytes is the size of the filesystem.
const volumeBytes = 96 << 20

// smallVolume puts a rig's data on a filesystem of its own.
func smallVolume(t *testing.T, r *rig) *volume {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root may mount a small filesystem")
	}
	v := &volume{t: t, path: filepath.Join(r.dir, "volume")}
	if err := os.Mkdir(v.path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", v.path, "tmpfs", 0, fmt.Sprintf("size=%d", volumeBytes)); err != nil {
		t.Skipf("SKIPPED: cannot mount a small filesystem here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(v.path, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", v.path, err)
		}
	})
	r.data = filepath.Join(v.path, "data")
	return v
}

func (v *volume) free() int64 {
	var s unix.Statfs_t
	if err := unix.Statfs(v.path, &s); err != nil {
		v.t.Fatal(err)
	}
	return int64(s.Bavail) * s.Bsize
}

func (v *volume) ballast() string { return filepath.Join(v.path, "ballast") }

// fill leaves that many bytes free; 0 takes the last one.
func (v *volume) fill(leave int64) {
	v.t.Helper()
	f, err := os.OpenFile(v.ballast(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		v.t.Fatal(err)
	}
	defer f.Close()
	for n := v.free() - leave; n > 0 || leave == 0; n = v.free() - leave {
		if _, err := f.Write(make([]byte, max(1, min(n, 1<<20)))); err != nil {
			if leave == 0 && errors.Is(err, unix.ENOSPC) {
				return
			}
			v.t.Fatal(err)
		}
	}
}

// clear gives the space back.
func (v *volume) clear() {
	v.t.Helper()
	if err := os.Remove(v.ballast()); err != nil {
		v.t.Fatal(err)
	}
}

// paused waits until the disk guard has paused ingestion, or ended the pause.
func (r *rig) awaitPaused(want bool) {
	r.t.Helper()
	r.await(func(ctx context.Context) error {
		var guards struct{ Disk struct{ Paused bool } }
		err := r.api(ctx, "status/guards", nil, &guards)
		if err == nil && guards.Disk.Paused != want {
			err = fmt.Errorf("paused is %t", !want)
		}
		return err
	})
}

// pushSome pushes both kinds and insists that they are acknowledged.
func (l *ledger) pushSome(r *rig, n int) {
	r.t.Helper()
	for range n {
		if err := errors.Join(l.pushNarrow(r.t.Context(), r.URL), l.pushWide(r.t.Context(), r.URL)); err != nil {
			r.t.Fatal(err)
		}
	}
}

// pushUntilRefused pushes until the server refuses.
func (l *ledger) pushUntilRefused(r *rig) {
	r.t.Helper()
	r.await(func(ctx context.Context) error {
		err := l.pushWide(ctx, r.URL)
		if refused := (*errRefused)(nil); errors.As(err, &refused) && refused.status >= 500 {
			return nil
		}
		if err != nil {
			return instance.Permanent(err)
		}
		return errors.New("the server acknowledges still")
	})
}

// tear fills the volume to the last byte and has a write to the log fail. The disk
// guard looks every few seconds; when that was in between, it is done once more.
func (v *volume) tear(r *rig, l *ledger) {
	v.t.Helper()
	for range 10 {
		v.fill(0)
		l.pushUntilRefused(r)
		if r.logged("A write to the write-ahead log failed") {
			return
		}
		v.clear()
		r.awaitPaused(false)
	}
	v.t.Fatal("the disk guard was always sooner than a write")
}

// TestFullVolume_Guarded fills the volume up to the reserve, and then up to the
// last byte. Ingestion pauses, queries go on, and all goes on by itself when
// there is room again.
func TestFullVolume_Guarded(t *testing.T) {
	t.Parallel()
	r, l := newRig(t, "--guard.disk-reserve=16MB"), newLedger()
	v := smallVolume(t, r)
	r.start()
	l.pushSome(r, 20)
	v.fill(10 << 20)
	began := time.Now()
	r.awaitPaused(true)
	pause := time.Since(began)
	l.pushUntilRefused(r)
	l.mustHaveAll(r)
	v.fill(0)
	for range 5 {
		l.pushUntilRefused(r)
		l.mustHaveAll(r)
	}

	v.clear()
	began = time.Now()
	r.awaitPaused(false)
	resume := time.Since(began)
	l.pushSome(r, 20)
	r.Kill()
	r.start()
	l.mustHaveAll(r)
	r.stop()
	t.Logf("paused %v after the volume was below its reserve, went on %v after it had room again; all of %d acknowledged samples are there after a kill",
		pause.Round(time.Millisecond), resume.Round(time.Millisecond), l.acked())
}

// TestFullVolume_Suddenly fills the volume to the last byte before the disk
// guard could look, or without it. A write to the log fails and may leave half a
// record; Prometheus goes on behind it and loses at its next start what it
// acknowledged since. The server acknowledges nothing more, answers queries, and
// ends when there is room, to be started again by whatever runs it.
func TestFullVolume_Suddenly(t *testing.T) {
	t.Parallel()
	for _, reserve := range []string{"16MB", "0"} {
		for _, killed := range []bool{false, true} {
			t.Run(fmt.Sprintf("reserve %s, killed %t", reserve, killed), func(t *testing.T) {
				r, l := newRig(t, "--guard.disk-reserve="+reserve), newLedger()
				v := smallVolume(t, r)
				r.start()
				l.pushSome(r, 20)
				v.tear(r, l)
				l.mustHaveAll(r)
				starts := "not tried"
				if killed {
					r.Kill()
					v.fill(0)
					starts = r.tryStart()
					r.Kill()
					v.clear()
				} else {
					r.mustSay("level=ERROR", "A write to the write-ahead log failed")
					if r.metric("kube_monitoring_stack_server_guard_log_torn") != 1 {
						t.Error("no metric tells of the log")
					}
					v.clear()
					r.awaitEnded()
				}
				r.start()
				l.mustHaveAll(r)
				l.pushSome(r, 20)
				r.stop()
				r.start()
				l.mustHaveAll(r)
				if r.logged("attempting repair") {
					t.Error("the log was still torn")
				}
				r.Kill()
				t.Logf("reserve %s: a start on the full volume: %s; all of %d acknowledged samples are there", reserve, starts, l.acked())
			})
		}
	}
}

// awaitEnded waits until the server has ended by itself.
func (r *rig) awaitEnded() {
	r.t.Helper()
	select {
	case <-r.Done():
	case <-time.After(patience):
		r.t.Fatal("the server does not end by itself")
	}
}

// tryStart starts the server and tells how it ends.
func (r *rig) tryStart() string {
	r.t.Helper()
	r.launch()
	ended := errors.New("ended")
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	err := instance.Await(ctx, 10*time.Millisecond, func(ctx context.Context) error {
		select {
		case <-r.Done():
			return instance.Permanent(ended)
		default:
		}
		status, _, err := r.call(ctx, "/-/ready", nil)
		if err == nil && status != 200 {
			err = fmt.Errorf("%d", status)
		}
		return err
	})
	switch {
	case err == nil:
		return "ready"
	case errors.Is(err, ended):
		return "ended with: " + r.Tail(1)
	}
	r.t.Fatal(err)
	return ""
}
