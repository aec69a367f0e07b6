package stack

import (
	"context"
	"fmt"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Address is a web page of the stack.
type Address struct {
	Component string
	Service   string
	Port      int32
	// URL answers from this machine; empty if it does not.
	URL string
}

// Addresses returns the Services of the components that have web pages, tried out.
func (c *Client) Addresses(ctx context.Context, namespace string, components []string) ([]Address, error) {
	var found []Address
	for _, component := range components {
		services, err := c.api.CoreV1().Services(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/component=" + component})
		if err != nil {
			return nil, fmt.Errorf("list Services: %w", err)
		}
		for _, s := range services.Items {
			if s.Spec.ClusterIP == corev1.ClusterIPNone || len(s.Spec.Ports) == 0 {
				continue
			}
			a := Address{Component: component, Service: s.Name, Port: s.Spec.Ports[0].Port}
			if url := fmt.Sprintf("http://%s:%d", s.Spec.ClusterIP, a.Port); answers(ctx, url+"/-/ready") {
				a.URL = url
			}
			found = append(found, a)
		}
	}
	return found, nil
}

// answers tries an address for as long as kube-proxy may take to learn of a new endpoint.
func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	// No proxy stands between this machine and itself, whatever the environment says.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return false
		}
		if res, err := client.Do(req); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}
