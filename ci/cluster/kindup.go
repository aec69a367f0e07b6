package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/image"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/kind"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/progress"
)

func (c *cluster) kind() kind.Cluster {
	return kind.Cluster{
		Name:       "kube-monitoring-stack",
		Config:     filepath.Join(c.layout.Dir, "kind.yaml"),
		Kubeconfig: c.layout.Kubeconfig(),
	}
}

// useKind tells whether kind runs the cluster, or is to run the one that is about to start.
func (c *cluster) useKind(ctx context.Context, starting bool) (bool, error) {
	// A cluster that was started one way goes on that way.
	if _, err := os.Stat(c.layout.Run()); err == nil {
		return false, nil
	}
	usable, why := c.kind().Usable(ctx)
	switch {
	case usable && starting:
		return true, nil
	case usable:
		return c.kind().Exists(ctx)
	case starting:
		c.out.Printf("This cluster is built from source: %s.", why)
	}
	return false, nil
}

// withKind carries out a command on a cluster that kind runs.
func (c *cluster) withKind(ctx context.Context, command string) error {
	// kubeadm lets kubelets sign their serving certificates themselves.
	c.set = []string{"kubelet.insecureSkipVerify=true"}
	switch command {
	case "up":
		return c.kindUp(ctx)
	case "images":
		return c.images(ctx, c.loadIntoKind)
	}
	return c.out.Run(ctx, []progress.Step{{Title: "kind cluster " + c.kind().Name, Run: func(ctx context.Context, _ *progress.Report) error {
		return c.kind().Delete(ctx)
	}}})
}

func (c *cluster) loadIntoKind(ctx context.Context, archives []image.Archive) (string, error) {
	for _, a := range archives {
		if err := c.kind().Load(ctx, a.File); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d loaded", len(archives)), nil
}

// kindUp does what up does, with kind in place of the cluster from source.
func (c *cluster) kindUp(ctx context.Context) error {
	k := c.kind()
	var archives []image.Archive
	nodes := max(1, c.nodes)
	steps := []progress.Step{
		c.buildStep(helm()),
		{Title: "kind cluster " + k.Name, FirstRun: "about 2 min", Run: func(ctx context.Context, _ *progress.Report) error {
			config, err := os.ReadFile(filepath.Join(c.root, "ci", "kind.yaml"))
			if err != nil {
				return err
			}
			if err := os.WriteFile(k.Config, kind.WithWorkers(config, nodes-1), 0o644); err != nil {
				return err
			}
			return k.Ensure(ctx)
		}},
	}
	if !c.clusterOnly {
		steps = append(steps, c.imageSteps(&archives, c.loadIntoKind)...)
		steps = append(steps, c.installSteps(nodes, &archives)...)
	}
	if err := c.out.Run(ctx, steps); err != nil || c.clusterOnly {
		return err
	}
	return c.printAddresses(ctx)
}
