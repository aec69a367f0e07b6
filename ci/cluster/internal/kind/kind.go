// Package kind uses kind and a Docker engine where both are at hand. It only makes command
// lines: kind does the rest.
package kind

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// Cluster is a cluster that kind runs.
type Cluster struct {
	// Name is kind's name of the cluster, Config its configuration file.
	Name, Config string
	// Kubeconfig is the file that kind writes the administrator's access to.
	Kubeconfig string
	// Run runs a command and returns what it printed. Nil runs it on this machine.
	Run func(ctx context.Context, name string, args ...string) (string, error)
}

// Usable tells whether kind is installed and a Docker engine answers, and if not, why not.
func (c Cluster) Usable(ctx context.Context) (bool, string) {
	// A client whose engine does not answer can wait for long.
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := c.run(ctx, "kind", "version"); err != nil {
		return false, "kind is not installed"
	}
	if _, err := c.run(ctx, "docker", "info"); err != nil {
		return false, "no Docker engine answers"
	}
	return true, ""
}

// Exists tells whether the cluster is there.
func (c Cluster) Exists(ctx context.Context) (bool, error) {
	out, err := c.run(ctx, "kind", "get", "clusters")
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(out) {
		if strings.TrimSpace(line) == c.Name {
			return true, nil
		}
	}
	return false, nil
}

// Ensure makes the cluster if it is not there, and writes the kubeconfig either way.
func (c Cluster) Ensure(ctx context.Context) error {
	exists, err := c.Exists(ctx)
	if err != nil {
		return err
	}
	if exists {
		_, err = c.run(ctx, "kind", "export", "kubeconfig", "--name", c.Name, "--kubeconfig", c.Kubeconfig)
		return err
	}
	_, err = c.run(ctx, "kind", "create", "cluster", "--name", c.Name, "--config", c.Config, "--kubeconfig", c.Kubeconfig, "--wait", "2m")
	return err
}

// Load puts an image archive into all nodes.
func (c Cluster) Load(ctx context.Context, archive string) error {
	_, err := c.run(ctx, "kind", "load", "image-archive", archive, "--name", c.Name)
	return err
}

// Delete removes the cluster.
func (c Cluster) Delete(ctx context.Context) error {
	_, err := c.run(ctx, "kind", "delete", "cluster", "--name", c.Name, "--kubeconfig", c.Kubeconfig)
	return err
}

func (c Cluster) run(ctx context.Context, name string, args ...string) (string, error) {
	if c.Run != nil {
		return c.Run(ctx, name, args...)
	}
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return string(out), nil
}

// WithWorkers adds worker nodes to a configuration file whose list of nodes comes last.
func WithWorkers(config []byte, workers int) []byte {
	out := bytes.TrimRight(config, "\n")
	for range workers {
		out = append(out, "\n  - role: worker"...)
	}
	return append(out, '\n')
}
