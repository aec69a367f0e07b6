package targets

import (
	"fmt"

	sdk8s "github.com/prometheus/prometheus/discovery/kubernetes"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
)

// The names and contents of the indexes that upstream's discoverers ask their
// informers for (discovery/kubernetes: pod.go, endpoints.go, endpointslice.go).
// An informer that is shared has all that any of them asks for.
const (
	nodeIndex       = "node"
	podIndex        = "pod"
	serviceIndex    = "service"
	replicaSetIndex = "replicaset"
	jobIndex        = "job"
)

func indexers(k kind) cache.Indexers {
	byNamespace := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	switch k {
	case pods:
		byNamespace[nodeIndex] = indexBy(func(p *corev1.Pod) []string { return []string{p.Spec.NodeName} })
		byNamespace[replicaSetIndex] = indexBy(func(p *corev1.Pod) []string { return ownedBy(p, "ReplicaSet") })
		byNamespace[jobIndex] = indexBy(func(p *corev1.Pod) []string { return ownedBy(p, "Job") })
	case endpoints:
		byNamespace[podIndex] = indexBy(func(e *corev1.Endpoints) []string { //nolint:staticcheck // upstream has the role
			return refs(e, func(a corev1.EndpointAddress) string {
				if a.TargetRef.Kind != "Pod" {
					return ""
				}
				return a.TargetRef.Namespace + "/" + a.TargetRef.Name
			})
		})
		byNamespace[nodeIndex] = indexBy(func(e *corev1.Endpoints) []string { //nolint:staticcheck // upstream has the role
			return refs(e, func(a corev1.EndpointAddress) string { return onNode(a.TargetRef, a.NodeName) })
		})
	case endpointSlices:
		byNamespace[serviceIndex] = indexBy(func(s *discoveryv1.EndpointSlice) []string {
			svc, ok := s.Labels[discoveryv1.LabelServiceName]
			if !ok {
				return nil
			}
			return []string{s.Namespace + "/" + svc}
		})
		byNamespace[podIndex] = indexBy(func(s *discoveryv1.EndpointSlice) (out []string) { // for retelling
			for _, e := range s.Endpoints {
				if e.TargetRef != nil && e.TargetRef.Kind == "Pod" {
					out = append(out, e.TargetRef.Namespace+"/"+e.TargetRef.Name)
				}
			}
			return out
		})
		byNamespace[nodeIndex] = indexBy(func(s *discoveryv1.EndpointSlice) (out []string) {
			for _, e := range s.Endpoints {
				if e.TargetRef == nil {
					continue
				}
				if n := onNode(e.TargetRef, e.NodeName); n != "" {
					out = append(out, n)
				}
			}
			return out
		})
	case nodes, namespaces:
		return cache.Indexers{}
	}
	return byNamespace
}

func indexBy[T any](f func(T) []string) cache.IndexFunc {
	return func(o any) ([]string, error) {
		t, ok := o.(T)
		if !ok {
			return nil, fmt.Errorf("object is a %T, not a %T", o, t)
		}
		return f(t), nil
	}
}

func ownedBy(o metav1.Object, kind string) []string {
	owner := sdk8s.GetControllerOf(o)
	if owner == nil || owner.Kind != kind {
		return nil
	}
	return []string{o.GetNamespace() + "/" + owner.Name}
}

// refs applies f to the ready addresses that refer to an object.
func refs(e *corev1.Endpoints, f func(corev1.EndpointAddress) string) (out []string) { //nolint:staticcheck // upstream has the role
	for _, s := range e.Subsets {
		for _, a := range s.Addresses {
			if a.TargetRef == nil {
				continue
			}
			if v := f(a); v != "" {
				out = append(out, v)
			}
		}
	}
	return out
}

// onNode is the node an endpoint is on, or is.
func onNode(ref *corev1.ObjectReference, node *string) string {
	switch {
	case ref.Kind == "Node":
		return ref.Name
	case ref.Kind == "Pod" && node != nil:
		return *node
	}
	return ""
}
