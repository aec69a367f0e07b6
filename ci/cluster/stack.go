package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/image"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/progress"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/stack"
)

const (
	releaseName      = "kube-monitoring-stack"
	releaseNamespace = "monitoring"
)

// release is the chart with its default values. Grafana alone is off: it is published neither
// as a Go module nor as a Debian package.
func (c *cluster) release() stack.Release {
	return stack.Release{
		Helm: c.layout.Bin("helm"), Kubeconfig: c.layout.Kubeconfig(),
		Chart: filepath.Join(c.root, "charts", "kube-monitoring-stack"),
		Name:  releaseName, Namespace: releaseNamespace, KubeVersion: kubernetesVersion,
		Set: append([]string{"grafana.enabled=false"}, c.set...),
	}
}

// loader puts images into the nodes and says how it went.
type loader func(ctx context.Context, archives []image.Archive) (note string, err error)

// imageSteps build the images that the chart names and put them in the nodes. What they make is
// appended to archives.
func (c *cluster) imageSteps(archives *[]image.Archive, load loader) []progress.Step {
	var jobs []job
	steps := []progress.Step{{Title: "images that the chart names", Run: func(ctx context.Context, r *progress.Report) error {
		refs, err := c.release().Images(ctx, c.values...)
		if err != nil {
			return chartFailure(err)
		}
		var unwritten []string
		if jobs, unwritten, err = plan(refs, c.root); err != nil {
			return err
		}
		r.Notef("%d", len(refs))
		if len(unwritten) > 0 {
			r.Notef("%d, but no source yet for %s", len(refs), strings.Join(unwritten, ", "))
		}
		return nil
	}}}
	steps = append(steps, progress.Step{Title: "programs of the stack", FirstRun: "about 4 min", Run: func(ctx context.Context, r *progress.Report) error {
		for _, j := range jobs {
			r.Notef("%s %s", j.name, j.tag)
			if err := c.buildImage(ctx, j, archives); err != nil {
				return err
			}
		}
		r.Notef("%d", len(jobs))
		return nil
	}})
	return append(steps, progress.Step{Title: "images into the nodes", FirstRun: "about 10s", Run: func(ctx context.Context, r *progress.Report) error {
		note, err := load(ctx, *archives)
		r.Notef("%s", note)
		return err
	}})
}

func (c *cluster) buildImage(ctx context.Context, j job, archives *[]image.Archive) error {
	var err error
	if j.recipe.module != nil {
		_, err = c.builder.Build(ctx, j.program())
	} else {
		err = c.builder.BuildLocal(ctx, j.local(c.root))
	}
	if err != nil {
		return err
	}
	img, err := image.Assemble(j.spec(c.layout.Bin))
	if err != nil {
		return err
	}
	a, err := image.Write(img, j.full, filepath.Join(c.layout.Images(), j.name+".tar"))
	if err != nil {
		return err
	}
	a.WrittenAs = j.ref
	*archives = append(*archives, a)
	return nil
}

// installSteps install the chart and wait until all of it runs.
func (c *cluster) installSteps(nodes int, archives *[]image.Archive) []progress.Step {
	return []progress.Step{
		{Title: "chart kube-monitoring-stack, default values without Grafana", Run: func(ctx context.Context, _ *progress.Report) error {
			return chartFailure(c.release().Install(ctx))
		}},
		{Title: "pods with a new image", Run: func(ctx context.Context, r *progress.Report) error { return c.refresh(ctx, *archives, r) }},
		c.waitStep(nodes, releaseNamespace),
	}
}

func (c *cluster) refresh(ctx context.Context, archives []image.Archive, r *progress.Report) error {
	client, err := stack.NewClient(c.layout.Kubeconfig())
	if err != nil {
		return err
	}
	digests := map[string][]string{}
	for _, a := range archives {
		digests[a.WrittenAs] = []string{a.Digest, a.ConfigDigest}
	}
	restarted, err := client.Refresh(ctx, []string{releaseNamespace}, digests)
	r.Notef("none")
	if restarted > 0 {
		r.Notef("%d restarted", restarted)
	}
	return err
}

// waitStep waits for the nodes and all pods.
func (c *cluster) waitStep(nodes int, namespaces ...string) progress.Step {
	return progress.Step{Title: "everything ready", Run: func(ctx context.Context, r *progress.Report) error {
		client, err := stack.NewClient(c.layout.Kubeconfig())
		if err != nil {
			return err
		}
		err = client.Wait(ctx, nodes, append([]string{"kube-system"}, namespaces...), c.timeout, r.Notef)
		var notReady *stack.NotReadyError
		if errors.As(err, &notReady) {
			return &progress.Failure{Err: err, Detail: notReady.Report, Advice: fmt.Sprintf(
				"the cluster stays up to look at: export KUBECONFIG=%s; after a change run the same command again", c.layout.Kubeconfig())}
		}
		return err
	}}
}

func chartFailure(err error) error {
	var chart *stack.ChartError
	if errors.As(err, &chart) {
		return &progress.Failure{Err: err, Advice: "the message above is Helm's: correct charts/kube-monitoring-stack and run the same command again"}
	}
	return err
}

// images builds the images and puts them into the nodes of a running cluster.
func (c *cluster) images(ctx context.Context, load loader) error {
	var archives []image.Archive
	steps := c.imageSteps(&archives, load)
	steps = append(steps, progress.Step{Title: "pods with a new image", Run: func(ctx context.Context, r *progress.Report) error { return c.refresh(ctx, archives, r) }})
	return c.out.Run(ctx, steps)
}

// printAddresses says where to go from here.
func (c *cluster) printAddresses(ctx context.Context) error {
	client, err := stack.NewClient(c.layout.Kubeconfig())
	if err != nil {
		return err
	}
	addresses, err := client.Addresses(ctx, releaseNamespace, []string{"server", "alertmanager"})
	if err != nil {
		return err
	}
	c.out.Printf("\nThe stack is up. Grafana is off: it exists only as an image of a registry, and this cluster has none.")
	c.out.Printf("\n  export KUBECONFIG=%s PATH=%s:$PATH\n", c.layout.Kubeconfig(), filepath.Dir(c.layout.Bin("kubectl")))
	for _, a := range addresses {
		if a.URL != "" {
			c.out.Printf("  %-13s %s", a.Component, a.URL)
		}
		c.out.Printf("  %-13s kubectl -n %s port-forward svc/%s %d", "", releaseNamespace, a.Service, a.Port)
	}
	return nil
}
