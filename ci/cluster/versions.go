package main

// The one place that pins what the cluster itself is made of. The versions of
// what runs on it (node-exporter, Alertmanager, …) are the image tags in the
// chart's values, and are read from there. Kubernetes has the version of the client
// that the product is built with, so that both are compiled once (build.Builder.Like).
const (
	kubernetesVersion = "v1.37.0"
	etcdVersion       = "v3.6.5"
	corednsVersion    = "v1.13.1"
	helmVersion       = "v3.22.0"
	kubeRouterVersion = "v2.1.0"

	// pauseTag changes when pause/main.go does.
	pauseTag = "1"
)
