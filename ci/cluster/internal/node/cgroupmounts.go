//go:build linux

package node

import (
	"os"
	"path/filepath"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/cgroup"
)

const cgroupRoot = "/sys/fs/cgroup"

// cgroupLinks returns the symbolic links by which a v1 machine names controllers that
// share a hierarchy, such as cpu for cpu,cpuacct.
func cgroupLinks() (map[string]string, error) {
	entries, err := os.ReadDir(cgroupRoot)
	if err != nil {
		return nil, err
	}
	links := map[string]string{}
	for _, e := range entries {
		if e.Type()&os.ModeSymlink == 0 {
			continue
		}
		target, err := os.Readlink(filepath.Join(cgroupRoot, e.Name()))
		if err != nil {
			return nil, err
		}
		links[e.Name()] = target
	}
	return links, nil
}

// mountCgroups mounts the hierarchies afresh: what is mounted inside the cgroup namespace shows
// the node's cgroup as the root.
func mountCgroups(hierarchies []cgroup.Hierarchy, links map[string]string) error {
	if len(hierarchies) == 1 && hierarchies[0].V2 {
		return mount("cgroup2", hierarchies[0].Path, "cgroup2", 0, "")
	}
	if err := mount("tmpfs", cgroupRoot, "tmpfs", 0, "mode=755"); err != nil {
		return err
	}
	for _, h := range hierarchies {
		if err := os.MkdirAll(h.Path, 0o755); err != nil {
			return err
		}
		if err := mount("cgroup", h.Path, "cgroup", 0, h.Options); err != nil {
			return err
		}
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(cgroupRoot, name)); err != nil {
			return err
		}
	}
	return nil
}
