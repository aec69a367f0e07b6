package objectsource

import (
	"context"
	"maps"
	"reflect"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// askAgain is how often something is asked for that may not be watched.
const askAgain = 15 * time.Second

// value is what is known of one Secret or ConfigMap. It is where a reflector
// writes to.
type value struct {
	// known is closed when the API server has answered.
	known chan struct{}
	// changed is called when the answer is another one.
	changed func()

	mu     sync.Mutex // guards the following
	object any        // *corev1.Secret or *corev1.ConfigMap, with data only
	err    error
}

func newValue() *value { return &value{known: make(chan struct{})} }

func (v *value) get() (any, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.object, v.err
}

func (v *value) set(object any, err error) {
	v.mu.Lock()
	same := reflect.DeepEqual(v.object, object) && apierrors.ReasonForError(v.err) == apierrors.ReasonForError(err)
	v.object, v.err = object, err
	first := false
	select {
	case <-v.known:
	default:
		first = true
		close(v.known)
	}
	v.mu.Unlock()
	if !same && !first {
		v.changed()
	}
}

// dataOf keeps the data and nothing else.
func dataOf(obj any) any {
	switch o := obj.(type) {
	case *corev1.Secret:
		return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: o.Namespace, Name: o.Name}, Data: maps.Clone(o.Data)}
	case *corev1.ConfigMap:
		return &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: o.Namespace, Name: o.Name},
			Data:       maps.Clone(o.Data), BinaryData: maps.Clone(o.BinaryData),
		}
	}
	return nil
}

// watch keeps v up to date until ctx ends. Who may get by name and not watch is
// asked for it now and then.
func (v *value) watch(ctx context.Context, client kubernetes.Interface, ref operatorobjects.Reference) {
	api := apiOf(client, ref)
	only := fields.OneTermEqualSelector(metav1.ObjectNameField, ref.Name).String()
	denied := func(err error) error {
		if !apierrors.IsForbidden(err) && !apierrors.IsUnauthorized(err) {
			return err
		}
		switch o, getErr := api.get(ctx, ref.Name); {
		case getErr == nil:
			v.set(dataOf(o), nil)
		case apierrors.IsNotFound(getErr), apierrors.IsForbidden(getErr), apierrors.IsUnauthorized(getErr):
			v.set(nil, getErr)
		}
		select {
		case <-ctx.Done():
		case <-time.After(askAgain):
		}
		return err
	}
	lw := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.FieldSelector = only
			list, err := api.list(ctx, o)
			return list, denied(err)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.FieldSelector = only
			w, err := api.watch(ctx, o)
			return w, denied(err)
		},
	}
	cache.NewReflectorWithOptions(
		cache.ToListWatcherWithWatchListSemantics(lw, client), api.expected, &valueStore{v: v, ref: ref},
		cache.ReflectorOptions{
			Name:    ref.String(),
			Backoff: &wait.Backoff{Duration: retryMin, Cap: 5 * time.Second, Steps: 8, Factor: 2, Jitter: 0.5},
		},
	).RunWithContext(ctx)
}

// api is what is asked for one kind of reference.
type api struct {
	expected runtime.Object
	get      func(ctx context.Context, name string) (runtime.Object, error)
	list     func(context.Context, metav1.ListOptions) (runtime.Object, error)
	watch    func(context.Context, metav1.ListOptions) (watch.Interface, error)
}

func apiOf(client kubernetes.Interface, ref operatorobjects.Reference) api {
	if ref.Kind == "Secret" {
		c := client.CoreV1().Secrets(ref.Namespace)
		return api{
			expected: &corev1.Secret{}, watch: c.Watch,
			get: func(ctx context.Context, name string) (runtime.Object, error) {
				return c.Get(ctx, name, metav1.GetOptions{})
			},
			list: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return c.List(ctx, o) },
		}
	}
	c := client.CoreV1().ConfigMaps(ref.Namespace)
	return api{
		expected: &corev1.ConfigMap{}, watch: c.Watch,
		get: func(ctx context.Context, name string) (runtime.Object, error) {
			return c.Get(ctx, name, metav1.GetOptions{})
		},
		list: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return c.List(ctx, o) },
	}
}

// valueStore is a [cache.ReflectorStore] of at most one object.
type valueStore struct {
	v   *value
	ref operatorobjects.Reference
}

func (s *valueStore) Add(obj any) error    { s.v.set(dataOf(obj), nil); return nil }
func (s *valueStore) Update(obj any) error { return s.Add(obj) }
func (s *valueStore) Resync() error        { return nil }

func (s *valueStore) Delete(any) error {
	s.v.set(nil, apierrors.NewNotFound(schema.GroupResource{Resource: s.ref.Kind}, s.ref.Name))
	return nil
}

func (s *valueStore) Replace(list []any, _ string) error {
	for _, obj := range list {
		// A fake API server may not know the field selector.
		if m, ok := obj.(metav1.Object); ok && m.GetName() == s.ref.Name {
			return s.Add(obj)
		}
	}
	return s.Delete(nil)
}
