package log

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

// log is a storage whose commits return err.
type log struct {
	storage.Storage
	err                error
	commits, rollbacks int
}

func (l *log) Appender(context.Context) storage.Appender     { return &tx{log: l} }
func (l *log) AppenderV2(context.Context) storage.AppenderV2 { return &txV2{log: l} }

type tx struct {
	storage.Appender
	log *log
}

func (t *tx) Commit() error   { t.log.commits++; return t.log.err }
func (t *tx) Rollback() error { t.log.rollbacks++; return nil }

type txV2 struct {
	storage.AppenderV2
	log *log
}

func (t *txV2) Commit() error   { t.log.commits++; return t.log.err }
func (t *txV2) Rollback() error { t.log.rollbacks++; return nil }

var errFull = fmt.Errorf("write to WAL: %w", &fs.PathError{Op: "write", Path: "00000000", Err: syscall.ENOSPC})

func TestCommit_AfterAFailedWriteNothingIsAcknowledged(t *testing.T) {
	for _, v := range []string{"1", "2"} {
		reg := prometheus.NewRegistry()
		g := New(Options{Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Registerer: reg})
		l := &log{}
		commit := func() error {
			if v == "1" {
				return g.Storage(l).Appender(t.Context()).Commit()
			}
			return g.Storage(l).AppenderV2(t.Context()).Commit()
		}
		l.err = tsdb.ErrNotReady
		if err := commit(); !errors.Is(err, tsdb.ErrNotReady) || g.Torn() {
			t.Errorf("what is no write is taken for one: %v", err)
		}
		l.err = nil
		if err := commit(); err != nil {
			t.Error(err)
		}
		l.err = errFull
		if err := commit(); !errors.Is(err, syscall.ENOSPC) || !g.Torn() {
			t.Errorf("a failed write goes unnoticed: %v", err)
		}
		l.err = nil
		commits := l.commits
		if err := commit(); !errors.Is(err, ErrTorn) || l.commits != commits || l.rollbacks != 1 {
			t.Errorf("after it a commit gives %v; %d commits, %d rollbacks", err, l.commits-commits, l.rollbacks)
		}
		if n, err := testutil.GatherAndCount(reg); n != 1 || err != nil {
			t.Errorf("%d metrics, %v", n, err)
		}
	}
}

func TestRun_EndsTheServerWhenTheVolumeTakesWrites(t *testing.T) {
	dir := t.TempDir()
	ended := make(chan error, 1)
	g := New(Options{Dir: dir, Logger: slog.New(slog.DiscardHandler), Interval: time.Millisecond, End: func(err error) { ended <- err }})
	done := make(chan struct{})
	go func() { g.Run(t.Context()); close(done) }()
	_ = g.wrote(errFull)
	select {
	case err := <-ended:
		t.Fatalf("ended without a segment to repair: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	if err := os.MkdirAll(filepath.Join(dir, "fresh", "wal"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "fresh", "wal", "00000000"), []byte("half"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "fresh", "wal"), filepath.Join(dir, "wal")); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("ended without a reason")
	}
	<-done
	if left, _ := filepath.Glob(filepath.Join(dir, "log-probe-*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}

	snapshot := filepath.Join(dir, "chunk_snapshot.000000.0000000004")
	if err := os.Mkdir(snapshot, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := g.Closed(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(snapshot); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the snapshot that hides the damage is still there: %v", err)
	}
}
