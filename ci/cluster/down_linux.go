package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/cgroup"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/hostnet"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/progress"
)

// down ends everything and removes what the cluster made, except for built programs.
func (s *source) down(ctx context.Context) error {
	nodes, err := s.known()
	if err != nil {
		return err
	}
	err = s.out.Run(ctx, []progress.Step{
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
			if err := s.plane.Stop(ctx); err != nil {
				return err
			}
			return s.killLeftovers(ctx)
		}},
		{Title: "network, settings, files", Run: func(context.Context, *progress.Report) error { return s.restoreHost() }},
	})
	if err != nil {
		return err
	}
	if s.all {
		return os.RemoveAll(s.layout.Dir)
	}
	s.out.Printf("Nothing of the cluster is left but built programs in %s (`down --all` removes them).", s.layout.Dir)
	return nil
}

// killLeftovers ends what still carries the cluster's mark, such as the child of a
// process that a killed run had started.
func (s *source) killLeftovers(ctx context.Context) error {
	left, err := s.processes.All()
	if err != nil {
		return err
	}
	for _, p := range left {
		err = errors.Join(err, p.Kill(ctx))
		p.Close()
	}
	return err
}

func (s *source) restoreHost() error {
	settings := hostnet.Sysctls{File: s.layout.Sysctls(), Root: "/proc/sys"}
	return errors.Join(
		cgroup.Remove(s.layout.Cgroups()),
		hostnet.Remove(s.layout.Bridge()),
		settings.Restore(),
		os.RemoveAll(s.layout.Run()),
		os.RemoveAll(filepath.Dir(s.layout.Log("x"))),
		remove(s.layout.Kubeconfig()),
	)
}

func remove(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
