package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/addons"
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
func (s *source) up(ctx context.Context) error {
	nodes, err := s.wanted()
	if err != nil {
		return err
	}
	s.set = s.inSight(nodes)
	steps := append(s.buildSteps(), s.startSteps(nodes)...)
	if s.clusterOnly {
		return s.out.Run(ctx, append(steps, s.waitStep(len(nodes))))
	}
	var archives []image.Archive
	steps = append(steps, s.imageSteps(&archives, s.loadIntoNodes)...)
	steps = append(steps, s.installSteps(len(nodes), &archives)...)
	if err := s.out.Run(ctx, steps); err != nil {
		return err
	}
	return s.printAddresses(ctx)
}

// inSight are values that name where the control plane is: here it runs outside
// pods, where the chart cannot find it by itself.
func (s *source) inSight(nodes []node.Node) []string {
	var addresses []string
	for _, n := range nodes {
		addresses = append(addresses, n.IP().String())
	}
	return []string{
		fmt.Sprintf("controllerManager.endpoints={%s}", s.layout.HostIP()),
		fmt.Sprintf("scheduler.endpoints={%s}", s.layout.HostIP()),
		fmt.Sprintf("etcd.endpoints={%s}", s.layout.HostIP()),
		fmt.Sprintf("kubeProxy.endpoints={%s}", strings.Join(addresses, ",")),
	}
}

// wanted returns the nodes to start. There are never fewer than there were: their
// volumes would be lost.
func (s *source) wanted() ([]node.Node, error) {
	known, err := s.known()
	if err != nil {
		return nil, err
	}
	if s.nodes > 0 && s.nodes < len(known) {
		s.out.Printf("The cluster has %d nodes and keeps them; `down` first for %d.", len(known), s.nodes)
	}
	return s.upTo(max(1, s.nodes, len(known))), nil
}

// buildSteps make every program that the cluster itself needs.
func (s *source) buildSteps() []progress.Step {
	steps := []progress.Step{
		{Title: "packages of the distribution", FirstRun: "about 20s", Run: s.installPackages},
		{Title: "this program", Run: s.installSelf},
	}
	for _, p := range s.programs() {
		steps = append(steps, s.buildStep(p))
	}
	return steps
}

func (s *source) installPackages(ctx context.Context, r *progress.Report) error {
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
func (s *source) startSteps(nodes []node.Node) []progress.Step {
	var ca *pki.Authority
	return []progress.Step{
		{Title: "network of the host", Run: func(context.Context, *progress.Report) error { return s.prepareHost() }},
		{Title: "etcd and API server", Run: func(ctx context.Context, _ *progress.Report) error {
			var err error
			if ca, err = controlplane.WriteCredentials(s.layout); err != nil {
				return err
			}
			return startFailure(s.plane.EnsureAPI(ctx))
		}},
		{Title: "controller manager, scheduler, volume provisioner", Run: func(ctx context.Context, _ *progress.Report) error {
			return startFailure(s.plane.EnsureControllers(ctx))
		}},
		{Title: fmt.Sprintf("%s: containerd, kubelet, kube-proxy", count(len(nodes), "node")), Run: func(ctx context.Context, r *progress.Report) error {
			return s.startNodes(ctx, nodes, ca, r)
		}},
		{Title: "DNS, StorageClass", Run: func(ctx context.Context, _ *progress.Report) error {
			return addons.Apply(ctx, addons.Values{Layout: s.layout, CoreDNSImage: corednsImage, Provisioner: storage.Name})
		}},
	}
}

// startFailure says what to do about a process that did not get ready.
func startFailure(err error) error {
	var start *controlplane.StartError
	if !errors.As(err, &start) {
		return err
	}
	return &progress.Failure{Err: err, Log: start.Log, Advice: "run it again; if the log names an address in use, another cluster or program has it (CLUSTER_ID=1 takes other addresses); `down` and `up` start afresh"}
}

// prepareHost makes what all nodes share.
func (s *source) prepareHost() error {
	if err := os.MkdirAll(s.layout.Volumes(), 0o755); err != nil {
		return err
	}
	settings := hostnet.Sysctls{File: s.layout.Sysctls(), Root: "/proc/sys"}
	if err := settings.Remember(sysctls); err != nil {
		return err
	}
	if err := settings.Set("net/ipv4/ip_forward", "1"); err != nil {
		return err
	}
	// Every kubelet, containerd and many a pod take some of these, and all nodes share them.
	for name, enough := range map[string]int{"fs/inotify/max_user_instances": 2048, "fs/inotify/max_user_watches": 262144} {
		if err := settings.AtLeast(name, enough); err != nil {
			return err
		}
	}
	return hostnet.EnsureBridge(s.layout.Bridge(), s.layout.HostPrefix())
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
