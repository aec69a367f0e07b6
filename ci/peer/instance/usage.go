package instance

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Usage is what a process has used so far and holds now.
type Usage struct {
	// CPU is user and system time since the process started.
	CPU time.Duration
	// RSS is resident memory in bytes, Anonymous the part that is not backed by
	// a file: the TSDB maps files, which the kernel can drop at any time.
	RSS, Anonymous int64
}

// clockTick is USER_HZ, which is 100 on every Linux architecture Go runs on.
const clockTick = 10 * time.Millisecond

// Usage reads /proc. CPU time comes from schedstat where the kernel has it: a
// reload takes less than the 10 ms in which /proc/PID/stat counts.
func (in *Instance) Usage() (Usage, error) {
	var u Usage
	cpu, err := schedCPU(in.PID())
	if err != nil {
		cpu, err = statCPU(in.PID())
	}
	if err != nil {
		return u, fmt.Errorf("read CPU time of process %d: %w", in.PID(), err)
	}
	u.CPU = cpu
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", in.PID()))
	if err != nil {
		return u, fmt.Errorf("read memory of process %d: %w", in.PID(), err)
	}
	for line := range strings.Lines(string(raw)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kib, err := strconv.ParseInt(fields[1], 10, 64)
		switch {
		case err != nil:
		case fields[0] == "VmRSS:":
			u.RSS = kib << 10
		case fields[0] == "RssAnon:":
			u.Anonymous = kib << 10
		}
	}
	return u, nil
}

// schedCPU adds up what the scheduler counted, in nanoseconds, for each thread.
// Go's runtime parks threads and seldom ends them, so none is missed.
func schedCPU(pid int) (time.Duration, error) {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, t := range tasks {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", pid, t.Name()))
		if err != nil {
			return 0, err
		}
		first, _, _ := strings.Cut(string(raw), " ")
		ns, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(ns)
	}
	return sum, nil
}

func statCPU(pid int) (time.Duration, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The program's name is in parentheses and may hold spaces.
	_, after, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0, fmt.Errorf("unexpected format of stat: %q", raw)
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	if err != nil {
		return 0, err
	}
	return time.Duration(user+system) * clockTick, nil
}
