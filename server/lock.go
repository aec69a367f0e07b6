package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/prometheus/prometheus/tsdb/fileutil"
	"k8s.io/apimachinery/pkg/util/wait"
)

// awaitLock waits until no other server has the data directory, for which it tries
// the lock that upstream takes when it opens the storage (tsdb/tsdbutil/dir_locker.go).
// A pod that is deleted without grace runs on for seconds beside its successor; were
// that one to fail, the kubelet would let it wait before it may try again, longer
// each time. If it cannot be told who has the lock, or if ctx ends, it returns nil:
// opening will say what is wrong.
func awaitLock(ctx context.Context, o Options, logger *slog.Logger) error {
	if o.TSDB.NoLockfile && !o.Agent || o.WAL.NoLockfile && o.Agent {
		return nil
	}
	dir, start, waits := o.dataDir(), time.Now(), false
	file := filepath.Join(dir, "lock")
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, o.LockPatience, true, func(context.Context) (bool, error) {
		held := errors.Is(tryLock(file), syscall.EWOULDBLOCK)
		if held && !waits {
			waits = true
			logger.Warn("Another server has the data directory, waiting for it to end", "dir", dir, "patience", o.LockPatience)
		}
		return !held, nil
	})
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("another server has the data directory %s and did not end within %v: "+
			"stop it, or give each a directory of its own", dir, o.LockPatience)
	case waits:
		logger.Info("The data directory is free", "dir", dir, "waited", time.Since(start))
	}
	return nil
}

// tryLock returns an error if another has the lock. Where there is no file, nobody
// has, and none is made: upstream counts a start that finds one as not clean.
func tryLock(file string) error {
	if _, err := os.Stat(file); err != nil {
		return nil
	}
	lock, _, err := fileutil.Flock(file)
	if err != nil {
		return err
	}
	return lock.Release()
}
