package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// A pod and a Service that ask for it by annotations are scraped, without anybody
// configuring anything, until their namespace says that it wants none of it.
func TestAnnotationDiscovery(t *testing.T) {
	t.Parallel()
	c := connect(t)
	image, err := c.smallImage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ns := c.team(t)
	asks := map[string]string{"prometheus.io/scrape": "true", "prometheus.io/port": "9100", "prometheus.io/path": "/metrics", "prometheus.io/scheme": "http"}
	for name, annotations := range map[string]map[string]string{"asks": asks, "served": nil, "silent": nil} {
		template := podTemplate(map[string]string{"app": name}, image, "--web.listen-address=:9100")
		pod := &corev1.Pod{ObjectMeta: template.ObjectMeta, Spec: template.Spec}
		pod.Name, pod.Annotations = name, annotations
		if _, err := c.client.CoreV1().Pods(ns).Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "served", Annotations: map[string]string{"prometheus.io/scrape": "true"}},
		Spec:       corev1.ServiceSpec{Selector: map[string]string{"app": "served"}, Ports: []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromInt32(9100)}}},
	}
	if _, err := c.client.CoreV1().Services(ns).Create(t.Context(), service, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}

	// scraped are the pods of the namespace with their job and health.
	scraped := func(ctx context.Context) (map[string]string, error) {
		all, err := c.targets(ctx, "")
		out := map[string]string{}
		for _, x := range all {
			if x.Labels["namespace"] == ns {
				out[x.Labels["pod"]] = x.Labels["job"] + " " + x.Health
			}
		}
		return out, err
	}
	want := fmt.Sprint(map[string]string{"asks": "annotated-pods up", "served": "annotated-services up"})
	await(t, 2*time.Minute, 100*time.Millisecond, "the pod and the Service's pod are scraped", func(ctx context.Context) error {
		got, err := scraped(ctx)
		if err == nil && fmt.Sprint(got) != want {
			err = fmt.Errorf("scraped are %v, not %s", got, want)
		}
		return err
	})
	off := []byte(`{"metadata":{"labels":{"kube-monitoring-stack.io/annotation-discovery":"off"}}}`)
	if _, err := c.client.CoreV1().Namespaces().Patch(t.Context(), ns, types.MergePatchType, off, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	took := await(t, 30*time.Second, 20*time.Millisecond, "the namespace stays out", func(ctx context.Context) error {
		got, err := scraped(ctx)
		if err == nil && len(got) > 0 {
			err = fmt.Errorf("scraped are still %v", got)
		}
		return err
	})
	t.Logf("a namespace that said no was out after %d ms", took.Milliseconds())
}
