//go:build linux

// Package proc starts, finds and ends the cluster's processes on the host.
//
// A process is found by a mark in its environment and not by a pid file: the
// mark is there from the first instruction on, cannot go stale, cannot name
// somebody else's process after a restart of the machine, and is inherited by
// children, so whatever a killed run left behind is found too.
package proc

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// markVariable carries "<owner>#<name>" in the environment of a process.
const markVariable = "KMON_CLUSTER_PROCESS"

// Table is the set of processes of one owner, such as a cluster's directory.
type Table struct {
	Owner string
}

// Spec says how to start a process.
type Spec struct {
	// Name is unique among the owner's processes.
	Name string
	// Args is the command line; Args[0] is the program's path.
	Args []string
	// Log receives what the process prints. The log of the run before is
	// kept beside it, with the suffix .previous.
	Log string
	Dir string
	// Cloneflags are the namespaces the process gets for itself.
	Cloneflags uintptr
	// Files are passed on from descriptor 3.
	Files []*os.File
}

// Mark is the environment variable that makes a process the owner's.
func (t Table) Mark(name string) string { return markVariable + "=" + t.Owner + "#" + name }

// Start starts a process that outlives this one.
func (t Table) Start(s Spec) (*Process, error) {
	if err := os.MkdirAll(filepath.Dir(s.Log), 0o755); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Name, err)
	}
	if err := os.Rename(s.Log, s.Log+".previous"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("start %s: keep the previous log: %w", s.Name, err)
	}
	log, err := os.OpenFile(s.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Name, err)
	}
	defer log.Close()

	cmd := exec.Command(s.Args[0], s.Args[1:]...)
	cmd.Dir = s.Dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = s.Files
	cmd.Env = append(withoutMark(os.Environ()), t.Mark(s.Name))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: s.Cloneflags}
	if err := keepInherited(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Name, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Name, err)
	}
	p, err := open(cmd.Process.Pid)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Name, err)
	}
	// Reaps the process if it ends before this program does, so that it is
	// not taken for a running one.
	go cmd.Wait()
	return p, nil
}

// keepInherited has nothing that is started from here on inherit what this process was
// given open by whoever started it. make, for one, hands a pipe to all below it and
// waits at its end until nobody has that any more, which for a process that stays is
// for ever.
func keepInherited() error {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, f := range open {
		if fd, err := strconv.Atoi(f.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// Find returns the process of that name, or nil if none is running.
func (t Table) Find(name string) (*Process, error) {
	found, err := t.find(func(mark string) bool { return mark == t.Owner+"#"+name })
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// All returns every process that carries the owner's mark, children included.
func (t Table) All() ([]*Process, error) {
	return t.find(func(mark string) bool { return strings.HasPrefix(mark, t.Owner+"#") })
}

func (t Table) find(match func(mark string) bool) ([]*Process, error) {
	dirs, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var found []*Process
	for _, d := range dirs {
		pid, err := strconv.Atoi(d.Name())
		if err != nil || pid == os.Getpid() || !match(markOf(pid)) {
			continue
		}
		p, err := open(pid)
		if err != nil {
			continue // it ended in the meantime
		}
		// Only now does the descriptor pin the process: look again whether the
		// number still means the same one.
		if !match(markOf(pid)) {
			p.Close()
			continue
		}
		found = append(found, p)
	}
	return found, nil
}

// markOf reads a process's mark; a process that is gone or not readable has none.
func markOf(pid int) string {
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		return ""
	}
	for entry := range bytes.SplitSeq(environ, []byte{0}) {
		if mark, ok := bytes.CutPrefix(entry, []byte(markVariable+"=")); ok {
			return string(mark)
		}
	}
	return ""
}

func withoutMark(environ []string) []string {
	return slices.DeleteFunc(environ, func(e string) bool { return strings.HasPrefix(e, markVariable+"=") })
}
