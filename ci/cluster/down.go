package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/hostnet"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/progress"
)

// down ends everything and removes what the cluster made, except for built programs.
func (c *cluster) down(ctx context.Context) error {
	nodes, err := c.known()
	if err != nil {
		return err
	}
	err = c.out.Run(ctx, []progress.Step{
		{Title: "nodes", Run: func(ctx context.Context, r *progress.Report) error {
			r.Notef("%d", len(nodes))
			for _, n := range nodes {
				if err := n.Kill(ctx); err != nil {
					return err
				}
			}
			return nil
		}},
		{Title: "control plane", Run: func(ctx context.Context, _ *progress.Report) error {
			if err := c.plane.Stop(ctx); err != nil {
				return err
			}
			return c.killLeftovers(ctx)
		}},
		{Title: "network, settings, files", Run: func(context.Context, *progress.Report) error { return c.restoreHost() }},
	})
	if err != nil {
		return err
	}
	if c.all {
		return os.RemoveAll(c.layout.Dir)
	}
	c.out.Printf("Nothing of the cluster is left but built programs in %s (`down --all` removes them).", c.layout.Dir)
	return nil
}

// killLeftovers ends what still carries the cluster's mark, such as the child of a
// process that a killed run had started.
func (c *cluster) killLeftovers(ctx context.Context) error {
	left, err := c.processes.All()
	if err != nil {
		return err
	}
	for _, p := range left {
		err = errors.Join(err, p.Kill(ctx))
		p.Close()
	}
	return err
}

func (c *cluster) restoreHost() error {
	s := hostnet.Sysctls{File: c.layout.Sysctls(), Root: "/proc/sys"}
	return errors.Join(
		hostnet.Remove(c.layout.Bridge()),
		s.Restore(),
		os.RemoveAll(c.layout.Run()),
		os.RemoveAll(filepath.Dir(c.layout.Log("x"))),
		remove(c.layout.Kubeconfig()),
	)
}

func remove(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
