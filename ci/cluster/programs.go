package main

import (
	_ "embed"
	"os"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/debian"
)

//go:embed kubernetes/main.go
var kubernetesMain string

//go:embed coredns/main.go
var corednsMain string

//go:embed networkpolicies/main.go
var networkPoliciesMain string

// kubernetesNames are the names that the one program for all of Kubernetes answers to.
var kubernetesNames = []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl"}

// packages are what nodes need from the distribution.
func packages() []debian.Need {
	return []debian.Need{
		{Package: "containerd", File: "/usr/bin/containerd"},
		{Package: "runc", File: "/usr/sbin/runc"},
		{Package: "containernetworking-plugins", File: "/usr/lib/cni/bridge"},
		{Package: "nftables", File: "/usr/sbin/nft"},
		{Package: "iptables", File: "/usr/sbin/iptables"}, // for pods with a hostPort, and NetworkPolicies
		{Package: "ipset", File: "/usr/sbin/ipset"},
		{Package: "ca-certificates", File: caCertificates},
	}
}

const caCertificates = "/etc/ssl/certs/ca-certificates.crt"

// clusterProgram is a program that a cluster is made of, and how its build is told.
type clusterProgram struct {
	build.Program
	title, firstRun string
}

// programs are all that a cluster is made of.
func (c *cluster) programs() []clusterProgram {
	all := []clusterProgram{kubernetes(), etcd(), coredns(), helm()}
	if c.policies {
		all = append(all, networkPolicies())
	}
	return all
}

// kubernetes is all of it in one program. Its staging modules have the version of the release.
func kubernetes() clusterProgram {
	const v = "k8s.io/component-base/version."
	minor := strings.Split(kubernetesVersion, ".")[1]
	return clusterProgram{title: "Kubernetes " + kubernetesVersion + " from k8s.io/kubernetes", firstRun: "about 7 min", Program: build.Program{
		Name: "kubernetes", Module: "k8s.io/kubernetes", Version: kubernetesVersion, Package: ".",
		Source:          sourceOf(kubernetesMain),
		StagingReplaces: func(version string) string { return "v0." + strings.TrimPrefix(version, "v1.") },
		LDFlags:         "-X " + v + "gitVersion=" + kubernetesVersion + " -X " + v + "gitMajor=1 -X " + v + "gitMinor=" + minor,
	}}
}

// sourceOf is the text of a program that lies here for another module, as it is built there.
func sourceOf(text string) string { return strings.Replace(text, "//go:build ignore\n", "", 1) }

// networkPolicies is kube-router's controller for them, with the client that Kubernetes was built with.
func networkPolicies() clusterProgram {
	staged := "v0." + strings.TrimPrefix(kubernetesVersion, "v1.")
	return clusterProgram{title: "kube-router " + kubeRouterVersion + " for NetworkPolicies", firstRun: "about 3 min", Program: build.Program{
		Name: "network-policies", Module: "github.com/cloudnativelabs/kube-router/v2", Version: kubeRouterVersion, Package: ".",
		Source: sourceOf(networkPoliciesMain),
		With:   map[string]string{"k8s.io/api": staged, "k8s.io/apimachinery": staged, "k8s.io/client-go": staged},
	}}
}

func etcd() clusterProgram {
	return clusterProgram{title: "etcd " + etcdVersion, firstRun: "about 30s", Program: build.Program{
		Name: "etcd", Module: "go.etcd.io/etcd/server/v3", Version: etcdVersion, Package: "go.etcd.io/etcd/server/v3",
	}}
}

func coredns() clusterProgram {
	return clusterProgram{title: "CoreDNS " + corednsVersion, firstRun: "about 20s", Program: build.Program{
		Name: "coredns", Module: "github.com/coredns/coredns", Version: corednsVersion, Package: ".", Source: sourceOf(corednsMain),
	}}
}

// helm renders charts for this Kubernetes unless told otherwise.
func helm() clusterProgram {
	minor := strings.Split(kubernetesVersion, ".")[1]
	var kube string
	for _, pkg := range []string{"chartutil", "lint/rules"} {
		kube += " -X helm.sh/helm/v3/pkg/" + pkg + ".k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/" + pkg + ".k8sVersionMinor=" + minor
	}
	return clusterProgram{title: "Helm " + helmVersion, firstRun: "about 30s", Program: build.Program{
		Name: "helm", Module: "helm.sh/helm/v3", Version: helmVersion, Package: "helm.sh/helm/v3/cmd/helm",
		LDFlags: "-X helm.sh/helm/v3/internal/version.version=" + helmVersion + kube,
	}}
}

// linkKubernetes gives the one program its names.
func linkKubernetes(bin func(name string) string) error {
	for _, name := range kubernetesNames {
		if target, err := os.Readlink(bin(name)); err == nil && target == "kubernetes" {
			continue
		}
		if err := os.Symlink("kubernetes", bin(name)+".new"); err != nil && !os.IsExist(err) {
			return err
		}
		if err := os.Rename(bin(name)+".new", bin(name)); err != nil {
			return err
		}
	}
	return nil
}
