package main

import (
	"fmt"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// cluster are the clients of the API server. They share their connections.
type cluster struct {
	core      kubernetes.Interface
	objects   dynamic.Interface
	discovery *discovery.DiscoveryClient
}

func connect(kubeconfig string) (*cluster, error) {
	cfg, err := restConfig(kubeconfig)
	if err != nil {
		return nil, err
	}
	// Protobuf takes a fraction of JSON's memory to decode, which for thousands
	// of ConfigMaps decides the process's peak. The few Events are sent as JSON.
	cfg.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	cfg.UserAgent = "config-sidecar"
	// What could come in numbers has a limit of its own; this one is for mistakes.
	cfg.QPS, cfg.Burst = 100, 200
	web, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("API server client: %w", err)
	}
	c := &cluster{}
	if c.core, err = kubernetes.NewForConfigAndClient(cfg, web); err != nil {
		return nil, fmt.Errorf("API server client: %w", err)
	}
	if c.objects, err = dynamic.NewForConfigAndClient(cfg, web); err != nil {
		return nil, fmt.Errorf("API server client for objects: %w", err)
	}
	if c.discovery, err = discovery.NewDiscoveryClientForConfigAndClient(cfg, web); err != nil {
		return nil, fmt.Errorf("API server client for discovery: %w", err)
	}
	return c, nil
}

func restConfig(kubeconfig string) (*rest.Config, error) {
	if kubeconfig != "" {
		cfg, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
		if err != nil {
			return nil, fmt.Errorf("kubeconfig: %w", err)
		}
		return cfg, nil
	}
	cfg, err := rest.InClusterConfig()
	if err != nil {
		return nil, fmt.Errorf("no --kubeconfig is given and this is no pod: %w", err)
	}
	return cfg, nil
}
