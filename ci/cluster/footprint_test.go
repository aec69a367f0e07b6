//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/layout"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/proc"
)

// footprint is everything of the machine that a cluster could leave changed, by kind. What other
// clusters and programs do at the same time is left out where it can be told apart.
func footprint(t *testing.T) map[string][]string {
	t.Helper()
	l := layout.Layout{Dir: filepath.Join(mustRoot(t), ".cluster", "test"), ID: testID}
	// Other programs' tests mount small file systems in their temporary folders. A cluster has nothing there,
	// unless the project itself lies there.
	mounts := slices.DeleteFunc(strings.Split(read(t, "/proc/self/mounts"), "\n"), func(line string) bool {
		return strings.Contains(line, " "+os.TempDir()+"/") && !strings.Contains(line, mustRoot(t))
	})
	f := map[string][]string{
		"mounts":           mounts,
		"network links":    matching(glob(t, "/sys/class/net/*"), fmt.Sprintf("kmon%d", testID)),
		"named namespaces": glob(t, "/run/netns/*"),
		"cgroups":          glob(t, "/sys/fs/cgroup/kmon9*", "/sys/fs/cgroup/*/kmon9*"),
		"nftables":         lines(t, "nft", "list", "tables"),
		"routes":           matching(routes(t), fmt.Sprintf("172.%d.", 30+testID), l.PodCIDR().Addr().String(), l.ServiceCIDR().Addr().String()),
		"directories": glob(t, "/run/containerd", "/run/netns", "/opt/containerd", "/var/lib/kubelet", "/var/lib/containerd",
			"/var/lib/cni", "/var/log/pods", "/var/log/containers", "/usr/libexec/kubernetes", "/etc/cni/net.d", l.Run(), l.Kubeconfig()),
	}
	for _, name := range sysctls {
		if value, err := os.ReadFile(filepath.Join("/proc/sys", name)); err == nil { // not every kernel has all
			f["settings"] = append(f["settings"], name+"="+strings.TrimSpace(string(value)))
		}
	}
	f["processes"] = related(t, l)
	return f
}

// related returns the processes that carry the cluster's mark, name its directory, or have something of it
// mounted, as every process in a node's or a pod's namespaces has.
func related(t *testing.T, l layout.Layout) []string {
	t.Helper()
	var found []string
	for _, dir := range glob(t, "/proc/[0-9]*") {
		if dir == fmt.Sprintf("/proc/%d", os.Getpid()) {
			continue
		}
		for _, file := range []string{"environ", "cmdline", "mountinfo"} {
			text, err := os.ReadFile(filepath.Join(dir, file))
			if err == nil && strings.Contains(string(text), l.Run()) {
				command, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
				found = append(found, dir+" "+strings.ReplaceAll(string(command), "\x00", " "))
				break
			}
		}
	}
	return found
}

// diff says what is in one footprint and not in the other.
func diff(before, after map[string][]string) string {
	var b strings.Builder
	for kind := range after {
		for _, line := range after[kind] {
			if !slices.Contains(before[kind], line) {
				fmt.Fprintf(&b, "%s: now %s\n", kind, line)
			}
		}
		for _, line := range before[kind] {
			if !slices.Contains(after[kind], line) {
				fmt.Fprintf(&b, "%s: no more %s\n", kind, line)
			}
		}
	}
	return b.String()
}

func routes(t *testing.T) []string {
	t.Helper()
	list, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range list {
		all = append(all, r.String())
	}
	return all
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func lines(t *testing.T, name string, args ...string) []string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func glob(t *testing.T, patterns ...string) []string {
	t.Helper()
	var all []string
	for _, p := range patterns {
		found, err := filepath.Glob(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

func matching(all []string, parts ...string) []string {
	return slices.DeleteFunc(all, func(line string) bool {
		return !slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(line, part) })
	})
}

func mustRoot(t *testing.T) string {
	t.Helper()
	root, err := projectRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// killMarked ends a process of the test's cluster as a crash would.
func killMarked(t *testing.T, r *rig, name string) {
	t.Helper()
	p, err := proc.Table{Owner: filepath.Join(r.dir, "run")}.Find(name)
	if err != nil || p == nil {
		t.Fatalf("no process %s: %v", name, err)
	}
	defer p.Close()
	if err := p.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
}
