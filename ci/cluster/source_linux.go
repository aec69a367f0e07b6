package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/controlplane"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/layout"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/node"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/proc"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/storage"
)

// source is a cluster of processes and namespaces on this machine.
type source struct {
	*cluster
	processes proc.Table
	plane     controlplane.Plane
}

// fromSource carries out a command on a cluster that is built from source.
func (c *cluster) fromSource(ctx context.Context, words []string) error {
	if os.Getuid() != 0 {
		return errors.New("a cluster from source needs root for its namespaces, mounts and network: use sudo, or install kind and a Docker engine")
	}
	processes := proc.Table{Owner: c.layout.Run()}
	s := &source{cluster: c, processes: processes, plane: controlplane.Plane{Layout: c.layout, Processes: processes}}
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil)) // for what `up` starts
	switch words[0] {
	case "up":
		return s.up(ctx)
	case "down":
		return s.down(ctx)
	case "build":
		return s.out.Run(ctx, s.buildSteps())
	case "images":
		return s.images(ctx, s.loadIntoNodes)
	case "status":
		return s.status()
	case "apiserver-stop":
		return s.plane.StopAPIServer(ctx)
	case "apiserver-start":
		return s.plane.EnsureAPI(ctx)
	case "provisioner":
		return storage.Run(ctx, s.layout.ComponentKubeconfig("volume-provisioner"), s.layout.Volumes(), logger)
	}
	n, err := s.numbered(words)
	if err != nil {
		return err
	}
	switch words[0] {
	case "node-kill":
		return s.killNode(ctx, n)
	case "node-start":
		return s.startNode(ctx, n)
	default: // node-init
		return n.Init(words[2:], logger)
	}
}

// numbered returns the node that a command names.
func (s *source) numbered(words []string) (node.Node, error) {
	if len(words) < 2 {
		return node.Node{}, fmt.Errorf("%s needs the number of a node", words[0])
	}
	number, err := strconv.Atoi(words[1])
	if err != nil || number < 1 || number > layout.MaxNodes {
		return node.Node{}, fmt.Errorf("%s: %q is not the number of a node", words[0], words[1])
	}
	return s.node(number), nil
}

func (s *source) node(n int) node.Node {
	return node.Node{Node: s.layout.Node(n), Processes: s.processes, PauseImage: pauseImage}
}

// known returns the nodes that there are or were, running or not, in order.
func (s *source) known() ([]node.Node, error) {
	dirs, err := filepath.Glob(filepath.Join(s.layout.Run(), "node-*"))
	if err != nil {
		return nil, err
	}
	highest := 0
	for _, d := range dirs {
		if n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(d), "node-")); err == nil {
			highest = max(highest, n)
		}
	}
	return s.upTo(highest), nil
}

func (s *source) upTo(highest int) []node.Node {
	nodes := make([]node.Node, 0, highest)
	for n := 1; n <= highest; n++ {
		nodes = append(nodes, s.node(n))
	}
	return nodes
}
