//go:build linux

// Package cgroup gives each node a cgroup of its own in every hierarchy of the
// host, for cgroup v1 (also beside an unused v2, "hybrid") and for v2 alone. Inside
// the node's cgroup namespace that cgroup is the root, so kubelet and cAdvisor see
// their own node and nothing else.
package cgroup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Hierarchy is one mounted tree of cgroups.
type Hierarchy struct {
	// Path is where it is mounted.
	Path string
	// Options select its controllers when it is mounted again, as in "cpu,cpuacct" or
	// "none,name=systemd". Empty for v2.
	Options string
	V2      bool
}

// Hierarchies returns what the machine has. A v2 tree beside v1 trees is left out:
// it has no controllers.
func Hierarchies() ([]Hierarchy, error) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("find the cgroup hierarchies: %w", err)
	}
	defer f.Close()
	found := parse(f)
	if len(found) == 0 {
		return nil, errors.New("find the cgroup hierarchies: none is mounted")
	}
	return found, nil
}

func parse(mountinfo io.Reader) []Hierarchy {
	var v1, v2 []Hierarchy
	lines := bufio.NewScanner(mountinfo)
	for lines.Scan() {
		mount, super, ok := strings.Cut(lines.Text(), " - ")
		left, right := strings.Fields(mount), strings.Fields(super)
		if !ok || len(left) < 5 || len(right) < 3 {
			continue
		}
		switch right[0] {
		case "cgroup":
			v1 = append(v1, Hierarchy{Path: left[4], Options: options(right[2])})
		case "cgroup2":
			v2 = append(v2, Hierarchy{Path: left[4], V2: true})
		}
	}
	if len(v1) > 0 {
		return v1
	}
	return v2
}

// options turns the options that the kernel shows into those it takes.
func options(shown string) string {
	keep := slices.DeleteFunc(strings.Split(shown, ","), func(o string) bool {
		return !strings.HasPrefix(o, "name=") && !slices.Contains(controllers, o)
	})
	if len(keep) > 0 && strings.HasPrefix(keep[0], "name=") {
		keep = append([]string{"none"}, keep...)
	}
	return strings.Join(keep, ",")
}

// controllers are those of v1.
var controllers = []string{
	"cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "net_cls", "net_prio", "perf_event", "hugetlb", "rdma", "misc",
}

// Join makes the cgroup called name in the hierarchy and puts this process in it.
func (h Hierarchy) Join(name string) error {
	dir := filepath.Join(h.Path, name)
	if h.V2 {
		if err := delegate(h.Path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make cgroup %s: %w", dir, err)
	}
	// A v1 cpuset takes no process before it has CPUs and memory.
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		all, err := os.ReadFile(filepath.Join(h.Path, file))
		if h.V2 || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = write(filepath.Join(dir, file), string(all))
		}
		if err != nil {
			return fmt.Errorf("prepare cgroup %s: %w", dir, err)
		}
	}
	return enter(dir)
}

// Leave moves this process out of the root of its cgroup namespace in a v2 tree, for a
// cgroup that has processes cannot hand controllers to its children.
func (h Hierarchy) Leave(leaf string) error {
	if !h.V2 {
		return nil
	}
	dir := filepath.Join(h.Path, leaf)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make cgroup %s: %w", dir, err)
	}
	if err := enter(dir); err != nil {
		return err
	}
	return delegate(h.Path)
}

// delegate lets the children of a v2 cgroup have all controllers it has itself.
func delegate(dir string) error {
	has, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil {
		return fmt.Errorf("delegate controllers of %s: %w", dir, err)
	}
	for _, c := range strings.Fields(string(has)) {
		if err := write(filepath.Join(dir, "cgroup.subtree_control"), "+"+c); err != nil {
			return fmt.Errorf("delegate controller %s of %s: %w", c, dir, err)
		}
	}
	return nil
}

// enter uses 0 for "this process": its number may be another one where the
// hierarchy was mounted.
func enter(dir string) error {
	if err := write(filepath.Join(dir, "cgroup.procs"), "0"); err != nil {
		return fmt.Errorf("enter cgroup %s: %w", dir, err)
	}
	return nil
}

func write(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
