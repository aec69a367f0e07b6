package targets

import (
	"context"
	"fmt"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	sdk8s "github.com/prometheus/prometheus/discovery/kubernetes"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	apiwatch "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// kind is a Kubernetes resource that targets are made of.
type kind string

const (
	pods           kind = "pods"
	services       kind = "services"
	endpoints      kind = "endpoints"
	endpointSlices kind = "endpointslices"
	ingresses      kind = "ingresses"
	nodes          kind = "nodes"
	namespaces     kind = "namespaces"
	replicaSets    kind = "replicasets"
	batchJobs      kind = "jobs"
)

// informers are the watches on one API server, each opened once however many
// discoverers read it. An informer runs until ctx ends: upstream's discoverers
// add handlers and never take them away, and a watch that one job needs is
// likely to be needed again.
type informers struct {
	ctx      context.Context
	client   kubernetes.Interface
	failures prometheus.Counter // nil is allowed
	// transform is strip, or nothing in its test.
	transform cache.TransformFunc

	mtx  sync.Mutex // guards open
	open map[informerKey]cache.SharedIndexInformer
}

type informerKey struct {
	kind      kind
	namespace string // empty for all
}

func newInformers(ctx context.Context, c kubernetes.Interface, failures prometheus.Counter) *informers {
	return &informers{ctx: ctx, client: c, failures: failures, transform: strip, open: map[informerKey]cache.SharedIndexInformer{}}
}

// get returns the running informer of a kind.
func (in *informers) get(k kind, namespace string) (cache.SharedIndexInformer, error) {
	in.mtx.Lock()
	defer in.mtx.Unlock()
	key := informerKey{k, namespace}
	if inf, ok := in.open[key]; ok {
		return inf, nil
	}
	lw, example, err := in.listWatch(k, namespace)
	if err != nil {
		return nil, err
	}
	// Some clients cannot stream the first list; they say so by this.
	src := cache.ToListWatcherWithWatchListSemantics(lw, in.client)
	// No resync: it only repeats what was processed.
	inf := cache.NewSharedIndexInformer(src, example, 0, indexers(k))
	if err := inf.SetTransform(in.transform); err != nil {
		return nil, fmt.Errorf("watch %s: %w", k, err)
	}
	if err := inf.SetWatchErrorHandlerWithContext(in.watchFailed); err != nil {
		return nil, fmt.Errorf("watch %s: %w", k, err)
	}
	in.open[key] = inf
	go inf.Run(in.ctx.Done())
	return inf, nil
}

func (in *informers) watchFailed(ctx context.Context, r *cache.Reflector, err error) {
	if in.failures != nil {
		in.failures.Inc()
	}
	cache.DefaultWatchErrorHandler(ctx, r, err)
}

// lister is what the typed clients have in common.
type lister[L runtime.Object] interface {
	List(context.Context, metav1.ListOptions) (L, error)
	Watch(context.Context, metav1.ListOptions) (apiwatch.Interface, error)
}

func listWatch[L runtime.Object](c lister[L]) *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return c.List(ctx, o)
		},
		WatchFuncWithContext: c.Watch,
	}
}

func (in *informers) listWatch(k kind, ns string) (*cache.ListWatch, runtime.Object, error) {
	c := in.client
	switch k {
	case pods:
		return listWatch(c.CoreV1().Pods(ns)), &corev1.Pod{}, nil
	case services:
		return listWatch(c.CoreV1().Services(ns)), &corev1.Service{}, nil
	case endpoints:
		return listWatch(c.CoreV1().Endpoints(ns)), &corev1.Endpoints{}, nil //nolint:staticcheck // upstream has the role
	case endpointSlices:
		return listWatch(c.DiscoveryV1().EndpointSlices(ns)), &discoveryv1.EndpointSlice{}, nil
	case ingresses:
		return listWatch(c.NetworkingV1().Ingresses(ns)), &networkingv1.Ingress{}, nil
	case nodes:
		return listWatch(c.CoreV1().Nodes()), &corev1.Node{}, nil
	case namespaces:
		return listWatch(c.CoreV1().Namespaces()), &corev1.Namespace{}, nil
	case replicaSets:
		return listWatch(c.AppsV1().ReplicaSets(ns)), &appsv1.ReplicaSet{}, nil
	case batchJobs:
		return listWatch(c.BatchV1().Jobs(ns)), &batchv1.Job{}, nil
	}
	return nil, nil, fmt.Errorf("no watch for %q", k)
}

// needs are the kinds a role watches in namespaces, its own first.
func needs(role sdk8s.Role, meta sdk8s.AttachMetadataConfig) []kind {
	var out []kind
	switch role {
	case sdk8s.RolePod:
		out = []kind{pods}
	case sdk8s.RoleService:
		return []kind{services}
	case sdk8s.RoleEndpoint:
		out = []kind{endpoints, services, pods}
	case sdk8s.RoleEndpointSlice:
		out = []kind{endpointSlices, services, pods}
	case sdk8s.RoleIngress:
		return []kind{ingresses}
	default:
		return nil
	}
	if meta.Deployment {
		out = append(out, replicaSets)
	}
	if meta.Job || meta.CronJob {
		out = append(out, batchJobs)
	}
	return out
}
