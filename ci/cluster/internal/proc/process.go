//go:build linux

package proc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Process is a running process, held by a descriptor so that no other process
// can be meant when its number is used again.
type Process struct {
	PID int
	fd  int
}

func open(pid int) (*Process, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, fmt.Errorf("open process %d: %w", pid, err)
	}
	return &Process{PID: pid, fd: fd}, nil
}

// Close gives the descriptor back. The process goes on.
func (p *Process) Close() { unix.Close(p.fd) }

// CommandLine is the process's arguments, empty once it has ended.
func (p *Process) CommandLine() []string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.PID))
	if err != nil || len(raw) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(raw), "\x00"), "\x00")
}

// Outdated tells whether the program's file has been replaced since the start.
func (p *Process) Outdated() bool {
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", p.PID))
	return err == nil && strings.HasSuffix(exe, " (deleted)")
}

// Ended waits until the process has ended, the time is over or ctx is done,
// and tells whether the process has ended. A time of 0 only looks.
func (p *Process) Ended(ctx context.Context, wait time.Duration) bool {
	deadline := time.Now().Add(wait)
	for {
		// In slices, so that a cancelled ctx is noticed.
		slice := min(max(time.Until(deadline), 0), 200*time.Millisecond)
		fds := []unix.PollFd{{Fd: int32(p.fd), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, int(slice.Milliseconds()))
		if n > 0 {
			return true
		}
		if err != nil && !errors.Is(err, unix.EINTR) {
			return true
		}
		if ctx.Err() != nil || !time.Now().Before(deadline) {
			return false
		}
	}
}

// Kill ends the process at once and waits until it is gone. In a PID namespace
// of its own it takes all processes of the namespace with it.
func (p *Process) Kill(ctx context.Context) error {
	if err := unix.PidfdSendSignal(p.fd, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("kill process %d: %w", p.PID, err)
	}
	if !p.Ended(ctx, 20*time.Second) {
		return fmt.Errorf("process %d did not end after SIGKILL", p.PID)
	}
	return nil
}

// Stop asks the process to end, and insists after grace.
func (p *Process) Stop(ctx context.Context, grace time.Duration) error {
	if err := unix.PidfdSendSignal(p.fd, unix.SIGTERM, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("stop process %d: %w", p.PID, err)
	}
	if p.Ended(ctx, grace) {
		return nil
	}
	return p.Kill(ctx)
}
