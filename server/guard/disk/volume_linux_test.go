package disk

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

// volume mounts a small filesystem, which only root on Linux may.
func volume(t *testing.T, bytes string) string {
	t.Helper()
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("mounting a small filesystem needs root on Linux")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+bytes); err != nil {
		t.Skipf("mounting a small filesystem is not allowed here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// ballast is a file that fills the volume up to what it is told to leave free.
// Who looks at the volume by its usage never sees it half written.
type ballast struct {
	dir string
	mu  sync.RWMutex
}

func (b *ballast) usage(dir string) (Usage, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return statfs(dir)
}

func (b *ballast) leave(t *testing.T, free int64) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := os.RemoveAll(b.file()); err != nil {
		t.Fatal(err)
	}
	u, err := statfs(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	if u.Available <= free {
		t.Fatalf("only %d bytes are free, cannot leave %d", u.Available, free)
	}
	f, err := os.Create(b.file())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Fallocate(int(f.Fd()), 0, 0, u.Available-free); err != nil {
		t.Fatal(err)
	}
}

func (b *ballast) remove(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := os.RemoveAll(b.file()); err != nil {
		t.Fatal(err)
	}
}

func (b *ballast) file() string { return filepath.Join(b.dir, "ballast") }

// eventually waits until f is true.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("it never happened that %s", what)
		}
	}
}

func logger(t *testing.T) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	return slog.New(slog.NewTextHandler(io.Discard, nil))
}
