package livedir

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const lockFile = "writer.lock"

// ErrLocked says that somebody else writes to the directory.
var ErrLocked = errors.New("another process writes to the live directory")

// Lock makes the caller the only writer of the directory at path until what it
// returns is closed or the process ends, however it ends. Two writers would
// remove each other's generations. On a file system without locks nothing is
// held and nothing is refused.
func Lock(path string) (io.Closer, error) {
	if err := os.MkdirAll(path, dirMode); err != nil {
		return nil, fmt.Errorf("make live directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(path, lockFile), os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, fmt.Errorf("lock live directory: %w", err)
	}
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		defer f.Close()
		return nil, fmt.Errorf("%w: %s is held by process %s", ErrLocked, f.Name(), holder(f))
	case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.ENOLCK):
		return f, nil
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock %s: %w", f.Name(), err), f.Close())
	}
	// For people only: the lock is the kernel's, and what a dead writer left says nothing.
	err = f.Truncate(0)
	if err == nil {
		_, err = fmt.Fprintln(f, os.Getpid())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", f.Name(), err), f.Close())
	}
	return f, nil
}

func holder(f *os.File) string {
	raw, err := io.ReadAll(io.LimitReader(f, 32))
	if err != nil || len(raw) == 0 {
		return "unknown"
	}
	return strings.TrimSpace(string(raw))
}
