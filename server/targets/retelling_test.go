package targets

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// News of a pod that come after those of its slice reach its target. Upstream's
// discoverer alone would drop it here until the slice changed again.
func TestRouter_HearsOfPodsAfterTheirSlice(t *testing.T) {
	port, name, ready := int32(80), "http", true
	pending := pod("a", "web-1", "web")
	pending.Status.Phase = corev1.PodPending
	p := newPlant(t, pending,
		&corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: "web"}},
		&discoveryv1.EndpointSlice{
			ObjectMeta:  metav1.ObjectMeta{Namespace: "a", Name: "web-x", Labels: map[string]string{discoveryv1.LabelServiceName: "web"}},
			AddressType: discoveryv1.AddressTypeIPv4,
			Ports:       []discoveryv1.EndpointPort{{Port: &port, Name: &name}},
			Endpoints: []discoveryv1.Endpoint{{
				Addresses: []string{"10.0.0.1"}, Conditions: discoveryv1.EndpointConditions{Ready: &ready},
				TargetRef: &corev1.ObjectReference{Kind: "Pod", Namespace: "a", Name: "web-1"},
			}},
		})
	p.apply(`
- job_name: every
  kubernetes_sd_configs: [{role: endpointslice}]
- job_name: runs
  kubernetes_sd_configs: [{role: endpointslice}]
  relabel_configs: [{source_labels: [__meta_kubernetes_pod_phase], regex: Running, action: keep}]
`)
	p.targets("every", 1)
	p.targets("runs", 0)

	running := pending.DeepCopy()
	running.Status.Phase = corev1.PodRunning
	if _, err := p.api.CoreV1().Pods("a").UpdateStatus(t.Context(), running, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	p.targets("runs", 1)
}
