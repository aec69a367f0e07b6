package objectsource

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// watch delivers the objects of a kind until ctx ends or the kind is not served
// any more.
func (s *Source) watch(ctx context.Context, r Resource, deliver func(sidecar.Event)) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	objects := s.opts.Client.Resource(r.GroupVersionResource).Namespace(s.opts.Namespace)
	ended := func(err error) error {
		if apierrors.IsNotFound(err) {
			stop() // the CRD is gone
		}
		return err
	}
	expected := &unstructured.Unstructured{}
	expected.SetGroupVersionKind(r.GroupVersion().WithKind(string(r.Kind)))
	inner := sidecar.NewAPISource(sidecar.APIOptions{
		Name: r.Resource, Kind: string(r.Kind), Namespace: s.opts.Namespace, Selector: s.opts.Selector,
		Client: s.opts.Client, Expected: expected, Logger: s.opts.Logger,
		List: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			list, err := objects.List(ctx, o)
			return list, ended(err)
		},
		Watch: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			w, err := objects.Watch(ctx, o)
			return w, ended(err)
		},
		Read: func(obj any) *sidecar.Object { return s.read(ctx, obj) },
		Trim: decode,
	})
	s.mu.Lock()
	s.inner, s.unwatch = inner, stop
	s.mu.Unlock()
	listed := map[sidecar.Key]struct{}{}
	inner.Run(ctx, func(ev sidecar.Event) {
		s.turn.Lock()
		defer s.turn.Unlock()
		switch {
		case ev.Object != nil:
			listed[ev.Key] = struct{}{}
			s.settle(ev.Object)
		case ev.Synced:
			// What an earlier watch has shown, before the CRD was away for a moment.
			for key := range s.known {
				if _, ok := listed[key]; !ok {
					s.forget(key)
					deliver(sidecar.Event{Key: key})
				}
			}
		case ev.Denied == nil:
			delete(listed, ev.Key)
			s.forget(ev.Key)
		}
		deliver(ev)
	})
	s.mu.Lock()
	s.inner, s.unwatch = nil, nil
	s.mu.Unlock()
}

// undecodable stands for an object that is not what its kind says: the schema of
// an old CRD may let through what the types do not take.
type undecodable struct {
	metav1.PartialObjectMetadata
	err error
}

// decode makes a typed object, which takes a fraction of the memory, when an
// object arrives. It never fails: that would cost all other objects.
func decode(obj any) (any, error) {
	u, ok := obj.(*unstructured.Unstructured)
	if !ok {
		return obj, nil
	}
	u.SetManagedFields(nil)
	unstructured.RemoveNestedField(u.Object, "metadata", "annotations")
	typed, err := operatorobjects.Decode(u.Object)
	if err == nil {
		return typed, nil
	}
	broken := &undecodable{err: err}
	broken.Namespace, broken.Name, broken.UID = u.GetNamespace(), u.GetName(), u.GetUID()
	broken.ResourceVersion, broken.Generation = u.GetResourceVersion(), u.GetGeneration()
	broken.CreationTimestamp, broken.Labels = u.GetCreationTimestamp(), u.GetLabels()
	broken.SetGroupVersionKind(u.GroupVersionKind())
	return broken, nil
}
