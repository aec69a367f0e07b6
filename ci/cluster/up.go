package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/addons"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/controlplane"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/debian"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/hostnet"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/image"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/node"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/pki"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/progress"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/storage"
)

// up brings the cluster up, whatever state it is in.
func (c *cluster) up(ctx context.Context) error {
	nodes, err := c.wanted()
	if err != nil {
		return err
	}
	steps := append(c.buildSteps(), c.startSteps(nodes)...)
	if c.clusterOnly {
		return c.out.Run(ctx, append(steps, c.waitStep(len(nodes))))
	}
	var archives []image.Archive
	steps = append(steps, c.imageSteps(&archives, c.loadIntoNodes)...)
	steps = append(steps, c.installSteps(len(nodes), &archives)...)
	if err := c.out.Run(ctx, steps); err != nil {
		return err
	}
	return c.printAddresses(ctx)
}

// wanted returns the nodes to start. There are never fewer than there were: their
// volumes would be lost.
func (c *cluster) wanted() ([]node.Node, error) {
	known, err := c.known()
	if err != nil {
		return nil, err
	}
	if c.nodes > 0 && c.nodes < len(known) {
		c.out.Printf("The cluster has %d nodes and keeps them; `down` first for %d.", len(known), c.nodes)
	}
	return c.upTo(max(1, c.nodes, len(known))), nil
}

// buildSteps make every program that the cluster itself needs.
func (c *cluster) buildSteps() []progress.Step {
	steps := []progress.Step{
		{Title: "packages of the distribution", FirstRun: "about 20s", Run: c.installPackages},
		{Title: "this program", Run: c.installSelf},
	}
	for _, p := range []struct {
		title, firstRun string
		build.Program
	}{
		{"Kubernetes " + kubernetesVersion + " from k8s.io/kubernetes", "about 5 min", kubernetes()},
		{"etcd " + etcdVersion, "about 40s", etcd()},
		{"CoreDNS " + corednsVersion, "about 2 min", coredns()},
		{"Helm " + helmVersion, "about 1 min", helm()},
	} {
		steps = append(steps, progress.Step{Title: p.title, FirstRun: p.firstRun, Run: func(ctx context.Context, r *progress.Report) error {
			built, err := c.builder.Build(ctx, p.Program)
			if err == nil && !built {
				r.Notef("built before")
			}
			if err == nil && p.Name == "kubernetes" {
				err = linkKubernetes(c.layout.Bin)
			}
			return err
		}})
	}
	return steps
}

func (c *cluster) installPackages(ctx context.Context, r *progress.Report) error {
	missing := debian.Missing(packages())
	if len(missing) == 0 {
		r.Notef("all there")
		return nil
	}
	r.Notef("installing %s", strings.Join(missing, ", "))
	if err := debian.Install(ctx, missing); err != nil {
		return &progress.Failure{Err: err, Advice: "install them by hand and run the same command again: " + strings.Join(missing, " ")}
	}
	return nil
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

// sysctls are the kernel settings that this program, kubelet or kube-proxy change on the
// host, relative to /proc/sys.
var sysctls = []string{
	"net/ipv4/ip_forward",
	"fs/inotify/max_user_instances",
	"fs/inotify/max_user_watches",
	"vm/overcommit_memory",
	"vm/panic_on_oom",
	"kernel/panic",
	"kernel/panic_on_oops",
	"kernel/keys/root_maxkeys",
	"kernel/keys/root_maxbytes",
}

// startSteps start the control plane and the nodes.
func (c *cluster) startSteps(nodes []node.Node) []progress.Step {
	var ca *pki.Authority
	return []progress.Step{
		{Title: "network of the host", Run: func(context.Context, *progress.Report) error { return c.prepareHost() }},
		{Title: "etcd and API server", Run: func(ctx context.Context, _ *progress.Report) error {
			var err error
			if ca, err = controlplane.WriteCredentials(c.layout); err != nil {
				return err
			}
			return c.plane.EnsureAPI(ctx)
		}},
		{Title: "controller manager, scheduler, volume provisioner", Run: func(ctx context.Context, _ *progress.Report) error {
			return c.plane.EnsureControllers(ctx)
		}},
		{Title: fmt.Sprintf("%s: containerd, kubelet, kube-proxy", count(len(nodes), "node")), Run: func(ctx context.Context, r *progress.Report) error {
			return c.startNodes(ctx, nodes, ca, r)
		}},
		{Title: "DNS, StorageClass", Run: func(ctx context.Context, _ *progress.Report) error {
			return addons.Apply(ctx, addons.Values{Layout: c.layout, CoreDNSImage: corednsImage, Provisioner: storage.Name})
		}},
	}
}

// prepareHost makes what all nodes share.
func (c *cluster) prepareHost() error {
	if err := os.MkdirAll(c.layout.Volumes(), 0o755); err != nil {
		return err
	}
	s := hostnet.Sysctls{File: c.layout.Sysctls(), Root: "/proc/sys"}
	if err := s.Remember(sysctls); err != nil {
		return err
	}
	if err := s.Set("net/ipv4/ip_forward", "1"); err != nil {
		return err
	}
	// Every kubelet, containerd and many a pod take some of these, and all nodes share them.
	for name, enough := range map[string]int{"fs/inotify/max_user_instances": 2048, "fs/inotify/max_user_watches": 262144} {
		if err := s.AtLeast(name, enough); err != nil {
			return err
		}
	}
	return hostnet.EnsureBridge(c.layout.Bridge(), c.layout.HostPrefix())
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
