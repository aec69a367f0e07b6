package boot

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/tsdb"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func begin(t *testing.T, dir string, limit int64) *Start {
	t.Helper()
	return Begin(Options{Dir: dir, Parallelism: 8, MemoryLimit: limit, Logger: quiet(), SetGCPercent: func(int) int { return 75 }})
}

func TestEachDeathHalvesTheConcurrency(t *testing.T) {
	dir := t.TempDir()
	for i, want := range []int{8, 4, 2, 1, 1} {
		s := begin(t, dir, 100) // and the process dies: nobody says Done
		if s.Concurrency() != want {
			t.Errorf("start %d replays with %d, want %d", i, s.Concurrency(), want)
		}
		if got := s.Status(); len(got.Died) != i || (got.Reason != "") != (i > 0) || !got.Replaying {
			t.Errorf("start %d has status %+v", i, got)
		}
	}
	if r := begin(t, dir, 100).Status().Reason; !strings.Contains(r, "nothing is left to reduce") {
		t.Errorf("at the floor the reason is %q", r)
	}
}

func TestDoneClears(t *testing.T) {
	dir := t.TempDir()
	begin(t, dir, 100)
	s := begin(t, dir, 100)
	s.Done()
	if got := s.Status(); got.Replaying || len(got.Died) != 1 {
		t.Errorf("after Done the status is %+v", got)
	}
	if _, err := os.Stat(filepath.Join(dir, fileName)); !os.IsNotExist(err) {
		t.Errorf("the notes are still there: %v", err)
	}
	if s := begin(t, dir, 100); s.Concurrency() != 8 {
		t.Errorf("the start after a good one replays with %d", s.Concurrency())
	}
}

func TestReplayAfterDeathsCollectsHarder(t *testing.T) {
	dir := t.TempDir()
	gogc := 75
	set := func(percent int) int {
		before := gogc
		gogc = percent
		return before
	}
	var s *Start
	for i, want := range []int{75, 50, 25, 12, 10, 10} {
		gogc = 75
		s = Begin(Options{Dir: dir, MemoryLimit: 100, Logger: quiet(), SetGCPercent: set})
		if gogc != want {
			t.Errorf("start %d replays with GOGC=%d, want %d", i, gogc, want)
		}
	}
	s.Done()
	if gogc != 75 {
		t.Errorf("after replay GOGC is %d", gogc)
	}

	// Who has it lower keeps it.
	dir = t.TempDir()
	begin(t, dir, 100)
	gogc = 30
	s = Begin(Options{Dir: dir, MemoryLimit: 100, Logger: quiet(), SetGCPercent: set})
	if got := s.Status().GCPercent; gogc != 30 || got != 0 {
		t.Errorf("GOGC=30 became %d (%d)", gogc, got)
	}
}

func TestStoppedStartDidNotDie(t *testing.T) {
	dir := t.TempDir()
	begin(t, dir, 100) // dies
	begin(t, dir, 100).Stopping()
	if s := begin(t, dir, 100); s.Concurrency() != 4 {
		t.Errorf("after one death and one stop, replay is with %d", s.Concurrency())
	}
	// A stop after the storage is open leaves no note.
	s := begin(t, dir, 100)
	s.Done()
	s.Stopping()
	if s := begin(t, dir, 100); s.Concurrency() != 8 {
		t.Errorf("after a stop of a running server, replay is with %d", s.Concurrency())
	}
}

func TestMoreMemoryForgetsDeaths(t *testing.T) {
	dir := t.TempDir()
	begin(t, dir, 100)
	begin(t, dir, 100)
	if s := begin(t, dir, 200); s.Concurrency() != 8 {
		t.Errorf("with twice the memory, replay is with %d", s.Concurrency())
	}
}

func TestBrokenOrUnwritableNotesDoNotStopTheStart(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), []byte(`{"attem`), 0o644); err != nil {
		t.Fatal(err)
	}
	if s := begin(t, dir, 100); s.Concurrency() != 8 {
		t.Errorf("with broken notes, replay is with %d", s.Concurrency())
	}
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := begin(t, filepath.Join(file, "data"), 100)
	s.Done()
}

func TestNotesAreBounded(t *testing.T) {
	dir := t.TempDir()
	for range 3 * maxAttempts {
		begin(t, dir, 100)
	}
	if got := len(begin(t, dir, 100).Status().Died); got != maxAttempts {
		t.Errorf("%d attempts are kept", got)
	}
}

func TestMetrics(t *testing.T) {
	dir := t.TempDir()
	begin(t, dir, 100)
	reg := prometheus.NewPedanticRegistry()
	Begin(Options{Dir: dir, Parallelism: 8, MemoryLimit: 100, Logger: quiet(), Registerer: reg, SetGCPercent: func(int) int { return 75 }}).Done()
	if err := testutil.GatherAndCompare(reg, strings.NewReader(`
# HELP kube_monitoring_stack_server_guard_boot_died_starts Starts in a row that died during WAL replay before the one that is running.
# TYPE kube_monitoring_stack_server_guard_boot_died_starts gauge
kube_monitoring_stack_server_guard_boot_died_starts 1
# HELP kube_monitoring_stack_server_guard_boot_replay_concurrency How many CPUs replayed the WAL at the start of this process.
# TYPE kube_monitoring_stack_server_guard_boot_replay_concurrency gauge
kube_monitoring_stack_server_guard_boot_replay_concurrency 4
`)); err != nil {
		t.Error(err)
	}
}

const dieIn = "GUARD_BOOT_TEST_DIR"

// TestKilledInReplay kills a process that has begun and not finished, and opens
// a real TSDB with what the next start decides.
func TestKilledInReplay(t *testing.T) {
	if dir := os.Getenv(dieIn); dir != "" {
		begin(t, dir, 100)
		os.Stdout.WriteString("begun\n")
		select {} // until killed
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKilledInReplay$")
	cmd.Env = append(os.Environ(), dieIn+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "begun\n" {
		t.Fatalf("the process said %q: %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the process was not killed")
	}

	s := begin(t, dir, 100)
	if s.Concurrency() != 4 {
		t.Fatalf("after a kill, replay is with %d", s.Concurrency())
	}
	opts := tsdb.DefaultOptions()
	opts.WALReplayConcurrency = s.Concurrency()
	db, err := tsdb.Open(dir, nil, nil, opts, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Done()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
