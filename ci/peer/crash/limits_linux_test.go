package crash

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLimitsOfTheContainer runs the server in a control group of one CPU and 200
// MiB, as the kubelet makes them: it takes nine tenths of the memory for GOMEMLIMIT and
// no more threads than it may use at a time.
func TestLimitsOfTheContainer(t *testing.T) {
	t.Parallel()
	const memory = 200 << 20
	groups, err := controlGroup(t, memory)
	if err != nil {
		t.Skipf("SKIPPED: no control group can be made here: %v", err)
	}
	r := newRig(t)
	// The limits are read at the start, so the process must be in the group then.
	enter := filepath.Join(r.dir, "enter")
	script := "#!/bin/sh\nset -e\n"
	for _, g := range groups {
		script += fmt.Sprintf("echo $$ > %s/cgroup.procs\n", g)
	}
	if err := os.WriteFile(enter, []byte(script+"exec "+r.binary+" \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.binary = enter
	r.start()
	var info struct {
		GOMEMLIMIT int64
		GOMAXPROCS int
	}
	if err := r.api(t.Context(), "status/runtimeinfo", nil, &info); err != nil {
		t.Fatal(err)
	}
	if want := int64(memory / 10 * 9); info.GOMEMLIMIT != want || info.GOMAXPROCS != 1 {
		t.Errorf("GOMEMLIMIT %d, GOMAXPROCS %d, want %d and 1", info.GOMEMLIMIT, info.GOMAXPROCS, want)
	}
	r.stop()
}

// controlGroup makes a group of the second version, or one in each hierarchy of
// the first that counts here, below the one the test is in. Its directories are
// what a process is to be put into.
func controlGroup(t *testing.T, memory int) ([]string, error) {
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		return makeGroup(t, "::", "/sys/fs/cgroup", map[string]string{"memory.max": fmt.Sprint(memory), "cpu.max": "100000 100000"})
	}
	ofMemory, err := makeGroup(t, ":memory:", "/sys/fs/cgroup/memory", map[string]string{"memory.limit_in_bytes": fmt.Sprint(memory)})
	if err != nil {
		return nil, err
	}
	ofCPU, err := makeGroup(t, ":cpu:", "/sys/fs/cgroup/cpu", map[string]string{"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "100000"})
	return append(ofMemory, ofCPU...), err
}

func makeGroup(t *testing.T, hierarchy, mount string, settings map[string]string) ([]string, error) {
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(own)) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		path, ok := strings.CutPrefix(":"+rest, hierarchy)
		if !ok {
			continue
		}
		dir, err := os.MkdirTemp(filepath.Join(mount, path), "limits-test-")
		if err != nil {
			return nil, err
		}
		// Runs after the server, started later, has ended: a group in use stays.
		t.Cleanup(func() { os.Remove(dir) })
		for name, value := range settings {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(value), 0o644); err != nil {
				return nil, err
			}
		}
		return []string{dir}, nil
	}
	return nil, errors.New("this process is in none")
}
