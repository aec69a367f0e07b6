//go:build linux

package proc

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func start(t *testing.T, table Table, name string, args ...string) *Process {
	t.Helper()
	p, err := table.Start(Spec{Name: name, Args: args, Log: filepath.Join(t.TempDir(), name+".log")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Kill(t.Context()); p.Close() })
	return p
}

func TestFindsItsOwnAndNoOther(t *testing.T) {
	mine, other := Table{Owner: t.TempDir()}, Table{Owner: t.TempDir()}
	p := start(t, mine, "sleeper", "/bin/sleep", "60")
	start(t, other, "sleeper", "/bin/sleep", "60")

	found, err := mine.Find("sleeper")
	if err != nil || found == nil || found.PID != p.PID {
		t.Fatalf("Find() = %+v, %v; want process %d", found, err, p.PID)
	}
	if got := found.CommandLine(); !slices.Equal(got, []string{"/bin/sleep", "60"}) {
		t.Errorf("command line %q", got)
	}
	if found, err := mine.Find("sleep"); found != nil || err != nil {
		t.Errorf("Find() of part of a name = %+v, %v; want none", found, err)
	}
	all, err := mine.All()
	if err != nil || len(all) != 1 {
		t.Errorf("All() = %d processes, %v; want 1", len(all), err)
	}
}

func TestFindsWhatAKilledProcessLeft(t *testing.T) {
	table := Table{Owner: t.TempDir()}
	parent := start(t, table, "parent", "/bin/sh", "-c", "sleep 60 & wait")
	waitFor(t, func() bool { all, _ := table.All(); return len(all) == 2 })
	if err := parent.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	left, err := table.All()
	if err != nil || len(left) != 1 {
		t.Fatalf("All() = %d processes, %v; want the child", len(left), err)
	}
	if err := left[0].Kill(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestStopInsists(t *testing.T) {
	table := Table{Owner: t.TempDir()}
	for _, script := range []string{"exec sleep 60", `trap "" TERM; while :; do sleep 0.1; done`} {
		p := start(t, table, "stubborn", "/bin/sh", "-c", script)
		if p.Ended(t.Context(), 0) {
			t.Fatalf("%q ended by itself", script)
		}
		if err := p.Stop(t.Context(), 300*time.Millisecond); err != nil {
			t.Errorf("%q: %v", script, err)
		}
		waitFor(t, func() bool { found, _ := table.Find("stubborn"); return found == nil })
	}
}

// A process that stays does not hold what whoever started this one has open.
func TestInheritsNothing(t *testing.T) {
	var ends [2]int
	if err := unix.Pipe(ends[:]); err != nil { // without O_CLOEXEC, as make makes its own
		t.Fatal(err)
	}
	read := os.NewFile(uintptr(ends[0]), "pipe")
	defer read.Close()
	start(t, Table{Owner: t.TempDir()}, "sleeper", "/bin/sleep", "60")
	if err := unix.Close(ends[1]); err != nil {
		t.Fatal(err)
	}
	fds := []unix.PollFd{{Fd: int32(ends[0]), Events: unix.POLLIN}}
	if n, err := unix.Poll(fds, 5000); err != nil || n != 1 || fds[0].Revents&unix.POLLHUP == 0 {
		t.Errorf("somebody has the pipe still open: %d, %v", n, err)
	}
}

func TestKeepsThePreviousLog(t *testing.T) {
	table, log := Table{Owner: t.TempDir()}, filepath.Join(t.TempDir(), "echo.log")
	for _, word := range []string{"first", "second"} {
		p, err := table.Start(Spec{Name: "echo", Args: []string{"/bin/echo", word}, Log: log})
		if err != nil {
			t.Fatal(err)
		}
		p.Ended(t.Context(), 10*time.Second)
	}
	for file, want := range map[string]string{log: "second\n", log + ".previous": "first\n"} {
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v), want %q", file, got, err, want)
		}
	}
}

func TestOutdated(t *testing.T) {
	program := filepath.Join(t.TempDir(), "sleep")
	if out, err := exec.Command("cp", "/bin/sleep", program).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p := start(t, Table{Owner: t.TempDir()}, "sleep", program, "60")
	if p.Outdated() {
		t.Error("outdated while the program is in place")
	}
	if err := os.Remove(program); err != nil {
		t.Fatal(err)
	}
	if !p.Outdated() {
		t.Error("not outdated although the program is gone")
	}
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited for nothing")
		}
	}
}
