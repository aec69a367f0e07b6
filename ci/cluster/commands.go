package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/progress"
)

// cluster is one cluster and the options it is dealt with. What is in this type works for
// a cluster from source and for one that kind runs.
type cluster struct {
	options
	out     *progress.Printer
	builder build.Builder
}

func newCluster(o options, stdout io.Writer) *cluster {
	return &cluster{
		options: o,
		out:     progress.NewPrinter(stdout, isTerminal(stdout)),
		builder: build.Builder{Bin: o.layout.Bin, Src: o.layout.Src, Log: o.layout.Log, Like: o.root},
	}
}

// command carries out one command. Those that change the cluster have it for themselves.
func command(ctx context.Context, o options, words []string, stdout io.Writer) error {
	c := newCluster(o, stdout)
	switch words[0] {
	case "up", "down", "images":
		return c.locked(func() error {
			kind, err := c.useKind(ctx, words[0] == "up")
			if err != nil {
				return err
			}
			if kind {
				return c.withKind(ctx, words[0])
			}
			return c.fromSource(ctx, words)
		})
	case "build", "node-kill", "node-start", "apiserver-stop", "apiserver-start":
		return c.locked(func() error { return c.fromSource(ctx, words) })
	// The last two are what `up` starts: they live as long as the cluster.
	case "status", "node-init", "provisioner":
		return c.fromSource(ctx, words)
	}
	return fmt.Errorf("there is no command %q; see cluster --help", words[0])
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
	return term.IsTerminal(int(f.Fd()))
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
