package stack

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// Client looks at what runs in a cluster.
type Client struct {
	api kubernetes.Interface
}

// NewClient returns a client for the cluster of a kubeconfig.
func NewClient(kubeconfig string) (*Client, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	config.QPS, config.Burst = 50, 100
	api, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	return &Client{api: api}, nil
}

func (c *Client) deleteSecret(ctx context.Context, namespace, name string) error {
	err := c.api.CoreV1().Secrets(namespace).Delete(ctx, name, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete Secret %s: %w", name, err)
	}
	return nil
}

// snapshot is what a cluster shows at one moment.
type snapshot struct {
	nodes        []corev1.Node
	pods         []corev1.Pod
	deployments  []appsv1.Deployment
	statefulSets []appsv1.StatefulSet
	daemonSets   []appsv1.DaemonSet
}

// look lists the nodes and what is in the namespaces.
func (c *Client) look(ctx context.Context, namespaces []string) (*snapshot, error) {
	nodes, err := c.api.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	s := &snapshot{nodes: nodes.Items}
	for _, ns := range namespaces {
		pods, err := c.api.CoreV1().Pods(ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		deployments, err := c.api.AppsV1().Deployments(ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		statefulSets, err := c.api.AppsV1().StatefulSets(ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		daemonSets, err := c.api.AppsV1().DaemonSets(ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		s.pods = append(s.pods, pods.Items...)
		s.deployments = append(s.deployments, deployments.Items...)
		s.statefulSets = append(s.statefulSets, statefulSets.Items...)
		s.daemonSets = append(s.daemonSets, daemonSets.Items...)
	}
	return s, nil
}
