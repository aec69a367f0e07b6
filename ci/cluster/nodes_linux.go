package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/controlplane"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/hostnet"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/image"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/node"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/pki"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/progress"
)

// Names under which the nodes hold the images that the cluster itself needs.
const (
	pauseImage   = "cluster.local/pause:" + pauseTag
	corednsImage = "cluster.local/coredns:" + corednsVersion
)

// startNodes starts those that do not run and gives all of them the cluster's own images.
func (s *source) startNodes(ctx context.Context, nodes []node.Node, ca *pki.Authority, r *progress.Report) error {
	archives, err := s.ownArchives(ctx)
	if err != nil {
		return err
	}
	started := 0
	for _, n := range nodes {
		r.Notef("starting %s", n.Name())
		did, err := n.Ensure(ctx, ca, s.layout.PKI(controlplane.KubeProxyUser))
		if err != nil {
			return &progress.Failure{Err: err, Log: n.LogPath("init"), Advice: "run it again; `down` and `up` start afresh"}
		}
		if did {
			started++
		}
	}
	for _, n := range nodes {
		r.Notef("waiting for containerd of %s", n.Name())
		if err := n.WaitContainerd(ctx); err != nil {
			return &progress.Failure{Err: err, Log: n.LogPath("containerd"), Advice: "the end of " + n.LogPath("init") + " may say why the node did not start"}
		}
		if _, err := image.Import(ctx, n.Ctr, archives); err != nil {
			return fmt.Errorf("%s: %w", n.Name(), err)
		}
	}
	if err := s.routeServices(nodes); err != nil {
		return err
	}
	r.Notef("%d started", started)
	if started == 0 {
		r.Notef("running")
	}
	return nil
}

// ownArchives makes the images without which no pod starts.
func (s *source) ownArchives(ctx context.Context) ([]image.Archive, error) {
	err := s.builder.BuildLocal(ctx, build.Local{Name: "pause", Dir: s.root + "/ci/cluster", Package: "./pause"})
	if err != nil {
		return nil, err
	}
	var archives []image.Archive
	for ref, program := range map[string]string{pauseImage: "pause", corednsImage: "coredns"} {
		img, err := image.Assemble(image.Spec{
			Programs:   map[string]string{"/bin/" + program: s.layout.Bin(program)},
			Entrypoint: "/bin/" + program,
			Root:       program == "coredns", // it listens on port 53
		})
		if err != nil {
			return nil, err
		}
		a, err := image.Write(img, ref, s.layout.Images()+"/"+program+".tar")
		if err != nil {
			return nil, err
		}
		archives = append(archives, a)
	}
	return archives, nil
}

// routeServices makes cluster IPs reachable from the host by way of the first node that runs: its
// kube-proxy does for the host what it does for pods.
func (s *source) routeServices(nodes []node.Node) error {
	for _, n := range nodes {
		running, err := n.Running()
		if err != nil {
			return err
		}
		if running {
			return hostnet.Route(s.layout.ServiceCIDR(), n.IP())
		}
	}
	return errors.New("no node runs")
}

func (s *source) killNode(ctx context.Context, n node.Node) error {
	running, err := n.Running()
	if err != nil {
		return err
	}
	if !running {
		return fmt.Errorf("%s does not run", n.Name())
	}
	if err := n.Kill(ctx); err != nil {
		return err
	}
	s.out.Printf("%s is gone; Kubernetes notices within 50 seconds. `node-start %d` brings it back.", n.Name(), n.Number)
	nodes, err := s.known()
	if err != nil {
		return err
	}
	if err := s.routeServices(nodes); err != nil {
		s.out.Printf("It was the last: cluster IPs do not answer from this machine until a node is back.")
	}
	return nil
}

func (s *source) startNode(ctx context.Context, n node.Node) error {
	known, err := s.known()
	if err != nil {
		return err
	}
	if n.Number > len(known) {
		return fmt.Errorf("there is no %s; NODES=%d up makes one", n.Name(), n.Number)
	}
	ca, err := controlplane.WriteCredentials(s.layout)
	if err != nil {
		return err
	}
	return s.out.Run(ctx, []progress.Step{{Title: n.Name(), Run: func(ctx context.Context, r *progress.Report) error {
		return s.startNodes(ctx, []node.Node{n}, ca, r)
	}}})
}

// loadIntoNodes imports what a node does not have yet.
func (s *source) loadIntoNodes(ctx context.Context, archives []image.Archive) (string, error) {
	nodes, err := s.known()
	if err != nil {
		return "", err
	}
	imported := 0
	for _, n := range nodes {
		running, err := n.Running()
		if err != nil {
			return "", err
		}
		if !running {
			continue
		}
		did, err := image.Import(ctx, n.Ctr, archives)
		if err != nil {
			return "", fmt.Errorf("%s: %w", n.Name(), err)
		}
		imported += did
	}
	if imported == 0 {
		return "nothing new", nil
	}
	return fmt.Sprintf("%d imported", imported), nil
}
