package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
)

// onRecord calls f with what is logged.
type onRecord struct {
	slog.Handler
	f func()
}

func (h onRecord) Enabled(context.Context, slog.Level) bool { return true }

func (h onRecord) Handle(context.Context, slog.Record) error {
	h.f()
	return nil
}

func TestLockWhenFree(t *testing.T) {
	path := t.TempDir()
	before, err := livedir.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	waits := 0
	log := slog.New(onRecord{slog.DiscardHandler, func() {
		waits++
		if err := before.Close(); err != nil {
			t.Error(err)
		}
	}})
	lock, err := lockWhenFree(t.Context(), path, time.Hour, log)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if waits != 1 {
		t.Errorf("it said %d times that it waits, want once", waits)
	}
	if _, err := lockWhenFree(t.Context(), path, time.Millisecond, slog.New(slog.DiscardHandler)); !errors.Is(err, livedir.ErrLocked) {
		t.Errorf("got %v beside a writer that stays", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lockWhenFree(ended, path, time.Hour, slog.New(slog.DiscardHandler)); !errors.Is(err, livedir.ErrLocked) {
		t.Errorf("got %v when it was stopped while it waits", err)
	}
}
