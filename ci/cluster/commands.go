package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/controlplane"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/layout"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/node"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/proc"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/progress"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/storage"
)

// cluster is one cluster and the options it is dealt with.
type cluster struct {
	options
	out       *progress.Printer
	processes proc.Table
	builder   build.Builder
	plane     controlplane.Plane
}

func newCluster(o options, stdout io.Writer) *cluster {
	processes := proc.Table{Owner: o.layout.Run()}
	return &cluster{
		options:   o,
		out:       progress.NewPrinter(stdout, isTerminal(stdout)),
		processes: processes,
		builder:   build.Builder{Bin: o.layout.Bin, Src: o.layout.Src, Log: o.layout.Log},
		plane:     controlplane.Plane{Layout: o.layout, Processes: processes},
	}
}

// command carries out one command.
func command(ctx context.Context, o options, words []string, stdout io.Writer) error {
	c := newCluster(o, stdout)
	numbered := func(do func(n node.Node) error) error {
		if len(words) < 2 {
			return fmt.Errorf("%s needs the number of a node", words[0])
		}
		number, err := strconv.Atoi(words[1])
		if err != nil || number < 1 || number > layout.MaxNodes {
			return fmt.Errorf("%s: %q is not the number of a node", words[0], words[1])
		}
		return do(c.node(number))
	}
	switch words[0] {
	case "up":
		return c.locked(func() error { return c.up(ctx) })
	case "down":
		return c.locked(func() error { return c.down(ctx) })
	case "build":
		return c.locked(func() error { return c.out.Run(ctx, c.buildSteps()) })
	case "images":
		return c.locked(func() error { return c.images(ctx) })
	case "status":
		return c.status()
	case "node-kill":
		return numbered(func(n node.Node) error { return c.locked(func() error { return c.killNode(ctx, n) }) })
	case "node-start":
		return numbered(func(n node.Node) error { return c.locked(func() error { return c.startNode(ctx, n) }) })
	// What `up` starts:
	case "node-init":
		return numbered(func(n node.Node) error {
			return n.Init(words[2:], slog.New(slog.NewTextHandler(os.Stderr, nil)))
		})
	case "provisioner":
		return storage.Run(ctx, o.layout.ComponentKubeconfig("volume-provisioner"), o.layout.Volumes())
	}
	return fmt.Errorf("there is no command %q; see cluster --help", words[0])
}

func (c *cluster) node(n int) node.Node {
	return node.Node{Node: c.layout.Node(n), Processes: c.processes, PauseImage: pauseImage}
}

// known returns the nodes that there are or were, running or not, in order.
func (c *cluster) known() ([]node.Node, error) {
	dirs, err := filepath.Glob(filepath.Join(c.layout.Run(), "node-*"))
	if err != nil {
		return nil, err
	}
	highest := 0
	for _, d := range dirs {
		if n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(d), "node-")); err == nil {
			highest = max(highest, n)
		}
	}
	return c.upTo(highest), nil
}

func (c *cluster) upTo(highest int) []node.Node {
	nodes := make([]node.Node, 0, highest)
	for n := 1; n <= highest; n++ {
		nodes = append(nodes, c.node(n))
	}
	return nodes
}

// locked keeps two commands from working on one cluster at the same time.
func (c *cluster) locked(do func() error) error {
	if err := os.MkdirAll(c.layout.Dir, 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(c.layout.Lock(), os.O_CREATE|os.O_RDWR|unix.O_CLOEXEC, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) {
		return &progress.Failure{
			Err:    fmt.Errorf("another command is working on the cluster in %s", c.layout.Dir),
			Advice: "wait until it has finished; `fuser -v " + c.layout.Lock() + "` names it",
		}
	} else if err != nil {
		return fmt.Errorf("lock %s: %w", c.layout.Lock(), err)
	}
	return do()
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("CI") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// projectRoot finds the project's root from a directory in it.
func projectRoot(from string) (string, error) {
	dir, err := filepath.Abs(from)
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "charts", "kube-monitoring-stack")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fmt.Errorf("%s is not in the project: no folder above it holds charts/kube-monitoring-stack", from)
		}
		dir = filepath.Dir(dir)
	}
}
