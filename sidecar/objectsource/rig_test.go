package objectsource

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	discoveryfake "k8s.io/client-go/discovery/fake"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"sigs.k8s.io/yaml"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// longest is how long a test waits for what must come.
const longest = 30 * time.Second

// rig is a cluster of fakes with sources of some kinds.
type rig struct {
	t         *testing.T
	ctx       context.Context
	core      *fake.Clientset
	objects   *dynamicfake.FakeDynamicClient
	discovery *discovery
	served    *Served
	refs      *References
	events    chan sidecar.Event
}

// discovery says what the fake cluster serves, which changes.
type discovery struct {
	mu    sync.Mutex
	lists []*metav1.APIResourceList
	err   error
}

func (d *discovery) ServerResourcesForGroupVersionWithContext(ctx context.Context, gv string) (*metav1.APIResourceList, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return nil, d.err
	}
	f := discoveryfake.FakeDiscovery{Fake: &clienttesting.Fake{Resources: d.lists}}
	return f.ServerResourcesForGroupVersionWithContext(ctx, gv)
}

func (d *discovery) set(err error, lists ...*metav1.APIResourceList) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lists, d.err = lists, err
}

// v1 is a cluster that serves kinds in v1, with their status.
func v1(kinds ...operatorobjects.Kind) *metav1.APIResourceList {
	list := &metav1.APIResourceList{GroupVersion: operatorobjects.Group + "/v1"}
	for _, k := range kinds {
		list.APIResources = append(list.APIResources, metav1.APIResource{Name: k.Resource()}, metav1.APIResource{Name: k.Resource() + "/status"})
	}
	return list
}

func newRig(t *testing.T, core ...runtime.Object) *rig {
	t.Helper()
	t.Parallel() // they wait for what is asked for again after seconds
	kinds := map[schema.GroupVersionResource]string{}
	for _, k := range operatorobjects.Kinds() {
		for _, v := range versions() {
			kinds[schema.GroupVersionResource{Group: operatorobjects.Group, Version: v, Resource: k.Resource()}] = string(k) + "List"
		}
	}
	r := &rig{
		t: t, ctx: t.Context(), core: fake.NewClientset(core...), discovery: &discovery{},
		objects: dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), kinds),
		events:  make(chan sidecar.Event, 1000),
	}
	r.served = NewServed(r.discovery)
	r.refs = NewReferences(t.Context(), r.core, slog.New(slog.DiscardHandler))
	return r
}

// run starts a source.
func (r *rig) run(kind operatorobjects.Kind) *Source {
	r.t.Helper()
	s := New(Options{
		Kind: kind, Client: r.objects, Served: r.served, References: r.refs,
		Converter: operatorobjects.New(operatorobjects.DefaultOptions()),
		Logger:    slog.New(slog.NewTextHandler(r.t.Output(), nil)),
	})
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx, func(ev sidecar.Event) {
			select {
			case r.events <- ev:
			case <-ctx.Done():
			}
		})
	}()
	r.t.Cleanup(func() { cancel(); <-done })
	return s
}

// until returns the events up to the first that satisfies f.
func (r *rig) until(what string, f func(sidecar.Event) bool) []sidecar.Event {
	r.t.Helper()
	var got []sidecar.Event
	deadline := time.After(longest)
	for {
		select {
		case ev := <-r.events:
			got = append(got, ev)
			if f(ev) {
				return got
			}
		case <-deadline:
			r.t.Fatalf("waited for %s, got %+v", what, got)
		}
	}
}

// put waits for the next time that an object is shown and returns what is in it.
func (r *rig) put(name string) ([]dropin.Item, []dropin.Problem) {
	r.t.Helper()
	got := r.until(name, func(ev sidecar.Event) bool { return ev.Object != nil && ev.Key.Name == name })
	return got[len(got)-1].Object.Unpack()
}

// item waits for an object that is one good item.
func (r *rig) item(name string) dropin.Item {
	r.t.Helper()
	items, problems := r.put(name)
	if len(items) != 1 || len(problems) > 0 {
		r.t.Fatalf("%d items, problems %v", len(items), problems)
	}
	return items[0]
}

func synced(ev sidecar.Event) bool { return ev.Synced }

func isGone(name string) func(sidecar.Event) bool {
	return func(ev sidecar.Event) bool { return ev.Object == nil && ev.Key.Name == name }
}

func (r *rig) resource(kind operatorobjects.Kind) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: operatorobjects.Group, Version: "v1", Resource: kind.Resource()}
}

// apply creates or replaces an object.
func (r *rig) apply(manifest string) {
	r.t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(manifest), &u.Object); err != nil {
		r.t.Fatal(err)
	}
	c := r.objects.Resource(r.resource(operatorobjects.Kind(u.GetKind()))).Namespace(u.GetNamespace())
	_, err := c.Create(r.ctx, u, metav1.CreateOptions{})
	if err != nil {
		_, err = c.Update(r.ctx, u, metav1.UpdateOptions{})
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func serviceMonitor(name, secret string) string {
	return fmt.Sprintf(`
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {namespace: shop, name: %s, uid: u-%[1]s, resourceVersion: "1", generation: 1}
spec:
  selector: {}
  endpoints:
  - port: metrics
    authorization:
      credentials: {name: %s, key: token}
`, name, secret)
}

func rule(name, expr string) string {
	return fmt.Sprintf(`
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {namespace: shop, name: %s, uid: u-%[1]s, generation: 1}
spec:
  groups:
  - name: g
    rules:
    - {record: r, expr: %q}
`, name, expr)
}

func secret(name, token string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, Data: map[string][]byte{"token": []byte(token)}}
}
