package server

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/tsdb/fileutil"
)

// onWarning calls f when the first warning is logged.
type onWarning struct {
	slog.Handler
	f func()
}

func (h *onWarning) Enabled(context.Context, slog.Level) bool { return true }

func (h *onWarning) Handle(_ context.Context, r slog.Record) error {
	if r.Level == slog.LevelWarn {
		h.f()
	}
	return nil
}

func lock(t *testing.T, o Options) fileutil.Releaser {
	t.Helper()
	l, _, err := fileutil.Flock(o.dataDir() + "/lock")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAwaitLock(t *testing.T) {
	o := newRig(t, quickBase).opts
	held := lock(t, o)
	began := false
	release := &onWarning{slog.DiscardHandler, func() {
		began = true
		if err := held.Release(); err != nil {
			t.Error(err)
		}
	}}
	if err := awaitLock(t.Context(), o, slog.New(release)); err != nil {
		t.Error(err)
	}
	if !began {
		t.Error("it did not wait while another had the lock")
	}

	held = lock(t, o)
	defer held.Release()
	o.LockPatience = time.Millisecond
	if err := awaitLock(t.Context(), o, discard()); err == nil || !strings.Contains(err.Error(), o.TSDB.Path) {
		t.Errorf("got %v, want an error that names the directory", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	o.LockPatience = time.Hour
	if err := awaitLock(ended, o, discard()); err != nil {
		t.Errorf("stopped while it waits: %v", err)
	}
	o.TSDB.NoLockfile, o.LockPatience = true, 0
	if err := awaitLock(t.Context(), o, discard()); err != nil {
		t.Errorf("without a lock file: %v", err)
	}
}

func TestStart_FailsBesideAnotherServer(t *testing.T) {
	first := newRig(t, quickBase).start()
	if got := gauge(first, "prometheus_tsdb_clean_start"); got != 1 {
		t.Errorf("prometheus_tsdb_clean_start is %v, want 1", got)
	}
	second := *first
	second.opts.LockPatience = time.Millisecond
	select {
	case err := <-second.startAnyway().Err():
		if !strings.Contains(err.Error(), "another server has the data directory") {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("both run")
	}
}
