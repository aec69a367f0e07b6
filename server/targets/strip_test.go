package targets

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/promslog"
	sdk8s "github.com/prometheus/prometheus/discovery/kubernetes"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
)

// TestStrip_ChangesNoTarget compares what upstream's discoverers make of whole
// objects with what they make of stripped ones.
func TestStrip_ChangesNoTarget(t *testing.T) {
	yes, port, name := true, int32(80), "web"
	full := pod("a", "web-1", "web")
	full.UID = "u"
	full.Annotations = map[string]string{"note": "x"}
	full.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubelet"}}
	full.OwnerReferences = []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "web-rs", Controller: &yes}}
	full.Spec.NodeName = "n1"
	full.Spec.Containers[0].Image = "img"
	full.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "SECRET"}}
	full.Spec.InitContainers = []corev1.Container{{Name: "init", Image: "i"}}
	full.Status.HostIP = "192.0.2.1"
	full.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled}, {Type: corev1.PodReady, Status: corev1.ConditionTrue, Message: "m"}}
	full.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "c", ContainerID: "id", Image: "img"}}
	node := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "n1", Labels: map[string]string{"zone": "z"}},
		Spec:       corev1.NodeSpec{ProviderID: "p", PodCIDR: "10.0.0.0/24"},
		Status: corev1.NodeStatus{
			Addresses:       []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "192.0.2.1"}},
			DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: 10250}},
			Conditions:      []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}},
			Images:          []corev1.ContainerImage{{Names: []string{"large"}}},
		},
	}
	objects := []runtime.Object{
		full, node,
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "a", Labels: map[string]string{"team": "t"}}},
		&corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: "web"}, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}},
		&appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: "web-rs",
			OwnerReferences: []metav1.OwnerReference{{Kind: "Deployment", Name: "web", Controller: &yes}}}},
		&discoveryv1.EndpointSlice{
			ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: "web-x", Labels: map[string]string{discoveryv1.LabelServiceName: "web"}},
			Ports:      []discoveryv1.EndpointPort{{Name: &name, Port: &port}},
			Endpoints: []discoveryv1.Endpoint{{Addresses: []string{"10.0.0.1"}, NodeName: &node.Name,
				TargetRef: &corev1.ObjectReference{Kind: "Pod", Namespace: "a", Name: "web-1"}}},
		},
	}
	meta := sdk8s.AttachMetadataConfig{Node: true, Namespace: true}
	meta.Deployment = true
	for _, role := range []sdk8s.Role{sdk8s.RolePod, sdk8s.RoleNode, sdk8s.RoleService, sdk8s.RoleEndpointSlice} {
		t.Run(string(role), func(t *testing.T) {
			whole, stripped := discoverOne(t, role, meta, keepAll, objects), discoverOne(t, role, meta, strip, objects)
			if len(whole.Targets) == 0 {
				t.Fatal("no targets to compare")
			}
			if d := cmp.Diff(whole, stripped); d != "" {
				t.Error(d)
			}
		})
	}
}

func keepAll(o any) (any, error) { return o, nil }

func discoverOne(t *testing.T, role sdk8s.Role, meta sdk8s.AttachMetadataConfig, transform cache.TransformFunc, objects []runtime.Object) *targetgroup.Group {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	inf := newInformers(ctx, fake.NewClientset(objects...), nil)
	inf.transform = transform
	updates := make(chan update)
	w := &watch{
		ctx: ctx, logger: promslog.NewNopLogger(), role: role, meta: meta, informers: inf, updates: updates,
		events:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "events"}, []string{"role", "event"}),
		wanted:  map[string]bool{},
		running: map[string]bool{},
	}
	w.want(nil)
	select {
	case u := <-updates:
		return u.groups[0]
	case <-ctx.Done():
		t.Fatal("nothing discovered")
		return nil
	}
}
