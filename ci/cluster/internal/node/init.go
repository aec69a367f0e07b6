//go:build linux

package node

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/cgroup"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/hostnet"
)

// enteredArg is added to the command line once the cgroup namespace is entered.
const enteredArg = "entered"

// Init is the first process inside the node's namespaces. It prepares them and then
// keeps the node's programs running; it returns only with an error.
//
// args are those after the node's number: they tell its two halves apart. A cgroup
// namespace is entered by one thread and inherited on exec, so in between the
// process replaces itself.
func (n Node) Init(args []string, logger *slog.Logger) error {
	if !slices.Contains(args, enteredArg) {
		return n.enter()
	}
	if err := n.prepare(); err != nil {
		return err
	}
	return n.supervise(logger)
}

// enter waits for the cable and takes the node's place in the cgroups.
func (n Node) enter() error {
	ready := os.NewFile(3, "ready")
	if _, err := io.ReadFull(ready, make([]byte, 1)); err != nil {
		return fmt.Errorf("wait for the network: %w", err)
	}
	ready.Close()
	hierarchies, err := cgroup.Hierarchies()
	if err != nil {
		return err
	}
	for _, h := range hierarchies {
		if err := h.Join(n.Cgroup()); err != nil {
			return err
		}
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWCGROUP); err != nil {
		return fmt.Errorf("enter a cgroup namespace: %w", err)
	}
	if err := syscall.Exec(os.Args[0], append(os.Args, enteredArg), os.Environ()); err != nil {
		return fmt.Errorf("go on in the cgroup namespace: %w", err)
	}
	return nil
}

// prepare makes the namespaces look like a machine that has just started.
func (n Node) prepare() error {
	if err := unix.Sethostname([]byte(n.Name())); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	if err := n.mounts(); err != nil {
		return err
	}
	if err := hostnet.ConfigureEnd(n.Prefix(), n.HostIP()); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"net/ipv4/ip_forward": "1",
		// So that the port of a pod with hostPort answers on the node's loopback too.
		"net/ipv4/conf/all/route_localnet": "1",
	} {
		if err := (hostnet.Sysctls{Root: "/proc/sys"}).Set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// mounts gives the node a /proc, /sys, /run, /var/lib and /var/log of its own on top of the
// host's files.
func (n Node) mounts() error {
	// Nothing mounted here may reach the host, while what the host unmounts goes here too.
	if err := mount("", "/", "", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
		return err
	}
	hierarchies, err := cgroup.Hierarchies()
	if err != nil {
		return err
	}
	links, err := cgroupLinks()
	if err != nil {
		return err
	}
	// The cluster's own directory must stay in sight, wherever the project lies.
	own, err := unix.Open(n.Dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", n.Dir, err)
	}
	defer unix.Close(own)

	steps := []func() error{
		func() error { return mount("proc", "/proc", "proc", 0, "") },
		func() error { return mount("sysfs", "/sys", "sysfs", 0, "") },
		func() error { return mount("tmpfs", "/run", "tmpfs", 0, "mode=755") },
		func() error { return bind(n.Path("var-lib"), "/var/lib") },
		func() error { return bind(n.Path("var-log"), "/var/log") },
		func() error { return keepInSight(own, n.Dir) },
		n.hideResolver,
		func() error { return mountCgroups(hierarchies, links) },
		// A pod that asks for it, as node-exporter does, sees what is mounted later.
		func() error { return mount("", "/", "", unix.MS_SHARED|unix.MS_REC, "") },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	for _, h := range hierarchies {
		if err := h.Leave("init"); err != nil {
			return err
		}
	}
	return nil
}

// hideResolver keeps containerd from asking the machine's name server, which the node does not
// reach: an image that is missing is to be missing at once, not after timeouts.
func (n Node) hideResolver() error {
	path, err := filepath.EvalSymlinks("/etc/resolv.conf")
	if errors.Is(err, os.ErrNotExist) {
		return nil // it leads to /run, which is empty here
	}
	if err != nil {
		return err
	}
	return mount(n.Path("no-resolver.conf"), path, "", unix.MS_BIND, "")
}

func mount(source, target, kind string, flags uintptr, data string) error {
	if err := unix.Mount(source, target, kind, flags, data); err != nil {
		return fmt.Errorf("mount %s: %w", target, err)
	}
	return nil
}

func bind(source, target string) error {
	if err := os.MkdirAll(source, 0o755); err != nil {
		return err
	}
	return mount(source, target, "", unix.MS_BIND, "")
}

// keepInSight mounts the directory behind a descriptor at its path again, if another mount
// now covers it.
func keepInSight(fd int, path string) error {
	var opened, visible unix.Stat_t
	if err := unix.Fstat(fd, &opened); err != nil {
		return err
	}
	err := unix.Stat(path, &visible)
	if err == nil && opened.Dev == visible.Dev && opened.Ino == visible.Ino {
		return nil
	}
	if err != nil && !errors.Is(err, unix.ENOENT) {
		return err
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	return mount(fmt.Sprintf("/proc/self/fd/%d", fd), path, "", unix.MS_BIND|unix.MS_REC, "")
}
