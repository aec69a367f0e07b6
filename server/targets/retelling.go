package targets

import (
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/cache"
)

// retelling is an informer of EndpointSlices whose handlers hear of a slice again when
// one of its pods changes. Upstream's discoverer takes a pod's labels as they are
// when it hears of the slice (discovery/kubernetes/endpointslice.go), and listens to pods no further.
// Slices and pods come by two watches. Where the pod's news come second, its target
// would keep the phase and the labels of before, or none, until the slice changes.
type retelling struct {
	cache.SharedIndexInformer

	mtx      sync.Mutex // guards handlers
	handlers []cache.ResourceEventHandler
}

// retell returns slices, told again by news of pods.
func retell(slices cache.SharedIndexInformer, pods cache.SharedInformer) (*retelling, error) {
	r := &retelling{SharedIndexInformer: slices}
	_, err := pods.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    r.podChanged,
		UpdateFunc: func(_, o any) { r.podChanged(o) },
		// Without the pod, its slice changes as well.
	})
	return r, err
}

// AddEventHandler implements cache.SharedInformer.
func (r *retelling) AddEventHandler(h cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error) {
	r.mtx.Lock()
	r.handlers = append(r.handlers, h)
	r.mtx.Unlock()
	return r.SharedIndexInformer.AddEventHandler(h)
}

func (r *retelling) podChanged(o any) {
	p, ok := o.(*corev1.Pod)
	if !ok {
		return
	}
	found, err := r.GetIndexer().ByIndex(podIndex, p.Namespace+"/"+p.Name)
	if err != nil {
		return // there is such an index
	}
	r.mtx.Lock()
	defer r.mtx.Unlock()
	for _, s := range found {
		for _, h := range r.handlers {
			h.OnUpdate(s, s)
		}
	}
}
