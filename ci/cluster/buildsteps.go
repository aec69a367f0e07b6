package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/progress"
)

// buildStep builds a program that the cluster is made of.
func (c *cluster) buildStep(p clusterProgram) progress.Step {
	return progress.Step{Title: p.title, FirstRun: p.firstRun, Run: func(ctx context.Context, r *progress.Report) error {
		built, err := c.builder.Build(ctx, p.Program)
		if err != nil {
			return err
		}
		if !built {
			r.Notef("built before")
		}
		if p.Name == kubernetes().Name {
			return linkKubernetes(c.layout.Bin)
		}
		return nil
	}}
}

// installSelf puts this program where it stays: nodes and the provisioner run it, and `go run`
// removes what it ran.
func (c *cluster) installSelf(context.Context, *progress.Report) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	now, err := os.ReadFile(self)
	if err != nil {
		return err
	}
	place := c.layout.Bin("cluster")
	if before, err := os.ReadFile(place); err == nil && string(before) == string(now) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(place+".new", now, 0o755); err != nil {
		return err
	}
	return os.Rename(place+".new", place)
}
