//go:build linux

// Package node runs nodes: each is one process with containerd, kubelet and
// kube-proxy below it, in mount, network, PID, UTS and cgroup namespaces of its own. To
// kill that process is to pull the node's plug; everything in it goes at once.
//
// This half runs on the host. What runs inside is in the package's init.go.
package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/cgroup"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/hostnet"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/layout"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/pki"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/proc"
)

// Node is one node of the cluster.
type Node struct {
	layout.Node
	Processes proc.Table
	// PauseImage is the image of every pod's sandbox.
	PauseImage string
}

// Ensure starts the node if it does not run, and tells whether it did.
func (n Node) Ensure(ctx context.Context, ca *pki.Authority, kubeProxyCert string) (bool, error) {
	running, err := n.Processes.Find(n.Name())
	if err != nil {
		return false, err
	}
	if running != nil {
		running.Close()
		return false, n.route()
	}
	// A node that was killed by another hand than ours starts as clean as after ours.
	if err := n.sweep(); err != nil {
		return false, fmt.Errorf("%s: %w", n.Name(), err)
	}
	if err := n.writeFiles(ca, kubeProxyCert); err != nil {
		return false, fmt.Errorf("%s: %w", n.Name(), err)
	}
	if err := n.start(ctx); err != nil {
		return false, fmt.Errorf("%s: %w", n.Name(), err)
	}
	return true, n.route()
}

func (n Node) start(ctx context.Context) error {
	// The node waits for its network: only from here can the cable be laid.
	wait, release, err := os.Pipe()
	if err != nil {
		return err
	}
	defer release.Close()
	process, err := n.Processes.Start(proc.Spec{
		Name:       n.Name(),
		Args:       []string{n.Bin("cluster"), "--dir=" + n.Dir, fmt.Sprintf("--id=%d", n.ID), "node-init", strconv.Itoa(n.Number)},
		Log:        n.LogPath("init"),
		Dir:        "/",
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET,
		Files:      []*os.File{wait},
	})
	wait.Close()
	if err != nil {
		return err
	}
	defer process.Close()
	if err := hostnet.Plug(n.Bridge(), n.Link(), process.PID); err != nil {
		return errors.Join(err, process.Kill(ctx))
	}
	if _, err := release.Write([]byte{1}); err != nil {
		return errors.Join(err, process.Kill(ctx))
	}
	return nil
}

// route leads from the host to the node's pods.
func (n Node) route() error { return hostnet.Route(n.Pods(), n.IP()) }

// Running tells whether the node's plug is in.
func (n Node) Running() (bool, error) {
	process, err := n.Processes.Find(n.Name())
	if process != nil {
		process.Close()
	}
	return process != nil, err
}

// Kill pulls the plug.
func (n Node) Kill(ctx context.Context) error {
	process, err := n.Processes.Find(n.Name())
	if err != nil {
		return err
	}
	if process != nil {
		defer process.Close()
		if err := process.Kill(ctx); err != nil {
			return fmt.Errorf("%s: %w", n.Name(), err)
		}
	}
	return n.sweep()
}

// sweep removes what a node that no longer runs has left on the host. Everything else
// went with its namespaces.
func (n Node) sweep() error {
	return errors.Join(hostnet.Remove(n.Link()), cgroup.Remove(n.Cgroup()))
}

// Ctr returns a containerd client command for the node, which must run.
func (n Node) Ctr(ctx context.Context, args ...string) (*exec.Cmd, error) {
	process, err := n.Processes.Find(n.Name())
	if err != nil {
		return nil, err
	}
	if process == nil {
		return nil, fmt.Errorf("%s does not run", n.Name())
	}
	defer process.Close()
	// The socket lies on the node's own /run, which the host sees by way of the process. It also
	// keeps the path short: a socket's may have 107 bytes.
	socket := fmt.Sprintf("/proc/%d/root%s", process.PID, containerdSocket)
	return exec.CommandContext(ctx, "ctr", append([]string{"--address", socket, "--namespace", "k8s.io"}, args...)...), nil
}

// WaitContainerd waits until the node takes images.
func (n Node) WaitContainerd(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		cmd, err := n.Ctr(ctx, "version")
		if err == nil {
			if err = cmd.Run(); err == nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: containerd does not answer: %w", n.Name(), err)
		case <-tick.C:
		}
	}
}
