package objectsource

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// firstAnswer is how long a conversion waits for a Secret or ConfigMap that
// nobody referred to before.
const firstAnswer = 5 * time.Second

// References watches the Secrets and ConfigMaps that objects refer to, each by
// its name: no other is ever read, and a Role that names those few is enough.
type References struct {
	ctx    context.Context // the lifetime of the watches
	client kubernetes.Interface
	log    *slog.Logger

	mu      sync.Mutex // guards watched and what is in it but for values
	watched map[operatorobjects.Reference]*watched
}

// watched is one Secret or ConfigMap and who refers to it.
type watched struct {
	*value
	stop    context.CancelFunc
	holders map[holder]struct{}
}

// holder is an object that refers to something.
type holder struct {
	source *Source
	key    sidecar.Key
}

// NewReferences returns References that watch until ctx ends.
func NewReferences(ctx context.Context, client kubernetes.Interface, log *slog.Logger) *References {
	return &References{
		ctx: ctx, client: client, log: log.With("component", "references"),
		watched: map[operatorobjects.Reference]*watched{},
	}
}

// hold returns what is known of a reference, and has the holder told when that changes.
func (r *References) hold(ref operatorobjects.Reference, h holder) *value {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.watched[ref]
	if w == nil {
		ctx, stop := context.WithCancel(r.ctx)
		w = &watched{value: newValue(), stop: stop, holders: map[holder]struct{}{}}
		w.changed = func() { r.tell(ref) }
		r.watched[ref] = w
		go w.watch(ctx, r.client, ref)
	}
	w.holders[h] = struct{}{}
	return w.value
}

// keep makes refs all that an object refers to.
func (r *References) keep(s *Source, key sidecar.Key, refs []operatorobjects.Reference) {
	h := holder{s, key}
	needed := make(map[operatorobjects.Reference]bool, len(refs))
	for _, ref := range refs {
		needed[ref] = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for ref, w := range r.watched {
		if _, held := w.holders[h]; !held || needed[ref] {
			continue
		}
		if delete(w.holders, h); len(w.holders) == 0 {
			w.stop()
			delete(r.watched, ref)
		}
	}
}

func (r *References) tell(ref operatorobjects.Reference) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.watched[ref]
	if w == nil {
		return
	}
	r.log.Debug("a reference changed", "reference", ref.String(), "objects", len(w.holders))
	for h := range w.holders {
		h.source.changed(h.key)
	}
}

// lookup is what one conversion finds things with.
type lookup struct {
	ctx context.Context
	r   *References
	holder
}

func (r *References) lookup(ctx context.Context, s *Source, key sidecar.Key) operatorobjects.Lookup {
	return lookup{ctx, r, holder{s, key}}
}

// Secret implements [operatorobjects.Lookup].
func (l lookup) Secret(namespace, name string) (*corev1.Secret, error) {
	o, err := l.find(operatorobjects.Reference{Kind: "Secret", Namespace: namespace, Name: name})
	s, _ := o.(*corev1.Secret)
	return s, err
}

// ConfigMap implements [operatorobjects.Lookup].
func (l lookup) ConfigMap(namespace, name string) (*corev1.ConfigMap, error) {
	o, err := l.find(operatorobjects.Reference{Kind: "ConfigMap", Namespace: namespace, Name: name})
	cm, _ := o.(*corev1.ConfigMap)
	return cm, err
}

func (l lookup) find(ref operatorobjects.Reference) (any, error) {
	v := l.r.hold(ref, l.holder)
	select {
	case <-v.known:
		return v.get()
	case <-time.After(firstAnswer):
		return nil, fmt.Errorf("the API server has not answered for %s: %w", firstAnswer, context.DeadlineExceeded)
	case <-l.ctx.Done():
		return nil, l.ctx.Err()
	}
}
