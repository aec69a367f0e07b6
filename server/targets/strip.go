package targets

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
)

// strip is a cache.TransformFunc that keeps of an object what upstream makes
// labels and targets of, and forgets the rest before it is stored. Labels and
// annotations stay whole: every one of them becomes a label.
func strip(o any) (any, error) {
	if m, err := meta.Accessor(o); err == nil {
		m.SetManagedFields(nil)
	}
	switch o := o.(type) {
	case *corev1.Pod:
		o.Spec = corev1.PodSpec{
			NodeName:       o.Spec.NodeName,
			Containers:     stripContainers(o.Spec.Containers),
			InitContainers: stripContainers(o.Spec.InitContainers),
		}
		o.Status = corev1.PodStatus{
			Phase: o.Status.Phase, PodIP: o.Status.PodIP, HostIP: o.Status.HostIP,
			Conditions:            readyOnly(o.Status.Conditions),
			ContainerStatuses:     stripStatuses(o.Status.ContainerStatuses),
			InitContainerStatuses: stripStatuses(o.Status.InitContainerStatuses),
		}
	case *corev1.Node:
		o.Spec = corev1.NodeSpec{ProviderID: o.Spec.ProviderID}
		o.Status = corev1.NodeStatus{
			Addresses:       o.Status.Addresses,
			DaemonEndpoints: o.Status.DaemonEndpoints,
			Conditions:      o.Status.Conditions,
		}
	case *corev1.Namespace:
		o.Spec, o.Status = corev1.NamespaceSpec{}, corev1.NamespaceStatus{}
	case *appsv1.ReplicaSet: // only who owns it matters
		o.Spec, o.Status = appsv1.ReplicaSetSpec{}, appsv1.ReplicaSetStatus{}
		o.Labels, o.Annotations = nil, nil
	case *batchv1.Job:
		o.Spec, o.Status = batchv1.JobSpec{}, batchv1.JobStatus{}
		o.Labels, o.Annotations = nil, nil
	}
	return o, nil
}

func stripContainers(in []corev1.Container) []corev1.Container {
	var out []corev1.Container
	for _, c := range in {
		out = append(out, corev1.Container{Name: c.Name, Image: c.Image, Ports: c.Ports})
	}
	return out
}

func stripStatuses(in []corev1.ContainerStatus) []corev1.ContainerStatus {
	var out []corev1.ContainerStatus
	for _, s := range in {
		out = append(out, corev1.ContainerStatus{Name: s.Name, ContainerID: s.ContainerID})
	}
	return out
}

func readyOnly(in []corev1.PodCondition) []corev1.PodCondition {
	for _, c := range in {
		if c.Type == corev1.PodReady {
			return []corev1.PodCondition{{Type: c.Type, Status: c.Status}}
		}
	}
	return nil
}
