package discovery

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"golang.org/x/sync/errgroup"
)

const (
	namespaces = 100
	services   = 500
	perService = 4 // endpoints, each with a pod
	endpoints  = services * perService
)

func namespaceOf(service int) string { return fmt.Sprintf("team-%03d", service%namespaces) }
func nameOf(service int) string      { return fmt.Sprintf("app-%03d", service) }

// create makes all objects. The API server refuses loopback addresses in
// EndpointSlices; the jobs' relabeling sends every scrape to the benchmark.
func create(ctx context.Context, c *kubernetes.Clientset) error {
	for i := range namespaces {
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespaceOf(i)}}
		if _, err := c.CoreV1().Namespaces().Create(ctx, ns, metav1.CreateOptions{}); err != nil {
			return fmt.Errorf("create namespace: %w", err)
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i := range services {
		g.Go(func() error { return createService(ctx, c, i) })
	}
	return g.Wait()
}

func createService(ctx context.Context, c *kubernetes.Clientset, i int) error {
	ns, labels := namespaceOf(i), map[string]string{"app": nameOf(i), "tier": "backend", "pod-template-hash": "6d4b75cb6d"}
	meta := func(name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Name: name, Namespace: ns, Labels: labels}
	}
	s := &corev1.Service{ObjectMeta: meta(nameOf(i)), Spec: corev1.ServiceSpec{
		ClusterIP: corev1.ClusterIPNone, Selector: labels, Ports: []corev1.ServicePort{{Name: "http", Port: 8080}},
	}}
	if _, err := c.CoreV1().Services(ns).Create(ctx, s, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("create Service: %w", err)
	}
	for p := range perService {
		pod := &corev1.Pod{ObjectMeta: meta(podName(i, p)), Spec: corev1.PodSpec{
			NodeName: fmt.Sprintf("node-%02d", (i+p)%20),
			Containers: []corev1.Container{{
				Name: "app", Image: "registry.example/app:1", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
				Env: []corev1.EnvVar{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}},
			}},
		}}
		if _, err := c.CoreV1().Pods(ns).Create(ctx, pod, metav1.CreateOptions{}); err != nil {
			return fmt.Errorf("create Pod: %w", err)
		}
	}
	if _, err := c.DiscoveryV1().EndpointSlices(ns).Create(ctx, slice(i, 0), metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("create EndpointSlice: %w", err)
	}
	return nil
}

// createProbe makes a Service with one endpoint of its own and returns its
// address. The Service is there before the endpoint, as in a cluster.
func createProbe(ctx context.Context, c *kubernetes.Clientset, i int) (string, error) {
	name, labels := fmt.Sprintf("probe-%d", i), map[string]string{"app": "probe"}
	s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespaceOf(i), Labels: labels}, Spec: corev1.ServiceSpec{
		ClusterIP: corev1.ClusterIPNone, Selector: labels, Ports: []corev1.ServicePort{{Name: "http", Port: 8080}},
	}}
	if _, err := c.CoreV1().Services(s.Namespace).Create(ctx, s, metav1.CreateOptions{}); err != nil {
		return "", fmt.Errorf("create Service: %w", err)
	}
	e := slice(i, 0)
	e.Name, e.Labels = name+"-x", map[string]string{discoveryv1.LabelServiceName: name}
	e.Endpoints = e.Endpoints[:1]
	e.Endpoints[0].Addresses, e.Endpoints[0].TargetRef = []string{fmt.Sprintf("10.99.0.%d", i+1)}, nil
	if _, err := c.DiscoveryV1().EndpointSlices(e.Namespace).Create(ctx, e, metav1.CreateOptions{}); err != nil {
		return "", fmt.Errorf("create EndpointSlice: %w", err)
	}
	return e.Endpoints[0].Addresses[0], nil
}

func podName(service, pod int) string { return fmt.Sprintf("%s-%d", nameOf(service), pod) }

// slice is the EndpointSlice of a service. Its first address depends on the
// edition, so each edition takes one target away and brings another.
func slice(i, edition int) *discoveryv1.EndpointSlice {
	s := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Name: nameOf(i) + "-x", Namespace: namespaceOf(i),
			Labels: map[string]string{discoveryv1.LabelServiceName: nameOf(i), "app": nameOf(i)},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{{Name: new("http"), Port: new(int32(8080)), Protocol: new(corev1.ProtocolTCP)}},
	}
	for p := range perService {
		s.Endpoints = append(s.Endpoints, discoveryv1.Endpoint{
			Addresses:  []string{address(i, p, edition)},
			Conditions: discoveryv1.EndpointConditions{Ready: new(true)},
			TargetRef:  &corev1.ObjectReference{Kind: "Pod", Name: podName(i, p), Namespace: namespaceOf(i)},
			NodeName:   new(fmt.Sprintf("node-%02d", (i+p)%20)),
		})
	}
	return s
}

func address(service, pod, edition int) string {
	if pod > 0 {
		edition = 0
	}
	return fmt.Sprintf("10.%d.%d.%d", 100+edition%100, service%250, 1+service/250*perService+pod)
}

// change applies an edition of a service's EndpointSlice and returns the
// address that is new with it.
func change(ctx context.Context, c *kubernetes.Clientset, i, edition int) (string, error) {
	s := slice(i, edition)
	if _, err := c.DiscoveryV1().EndpointSlices(s.Namespace).Update(ctx, s, metav1.UpdateOptions{}); err != nil {
		return "", fmt.Errorf("update EndpointSlice: %w", err)
	}
	return address(i, 0, edition), nil
}
