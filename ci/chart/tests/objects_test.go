package tests

import (
	"encoding/json"
	"fmt"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

// kinds are all that the chart may render: Kubernetes' own and HTTPRoutes.
func kinds(t *testing.T) *runtime.Scheme {
	t.Helper()
	all := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{scheme.AddToScheme, gatewayv1.Install} {
		if err := add(all); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// Every object has only fields that its kind has.
func TestObjectsDecodeStrictly(t *testing.T) {
	decoder := serializer.NewCodecFactory(kinds(t), serializer.EnableStrict).UniversalDeserializer()
	forEachValues(t, func(t *testing.T, _ map[string]any, r *render.Release) {
		for _, u := range r.Objects {
			if _, err := decodeWith(decoder, u); err != nil {
				t.Errorf("%s: %v", name(u), err)
			}
		}
	})
}

func decodeWith(decoder runtime.Decoder, u *unstructured.Unstructured) (runtime.Object, error) {
	data, err := json.Marshal(u.Object)
	if err != nil {
		return nil, err
	}
	obj, _, err := decoder.Decode(data, nil, nil)
	return obj, err
}

// typed returns all objects of one kind.
func typed[T runtime.Object](t *testing.T, r *render.Release) []T {
	t.Helper()
	var out []T
	decoder := serializer.NewCodecFactory(kinds(t)).UniversalDeserializer()
	for _, u := range r.Objects {
		obj, err := decodeWith(decoder, u)
		if err != nil {
			t.Fatalf("%s: %v", name(u), err)
		}
		if o, ok := obj.(T); ok {
			out = append(out, o)
		}
	}
	return out
}

// A null is gone after the API server has seen it, so that tools which compare
// see a difference for ever.
func TestNoNulls(t *testing.T) {
	forEachValues(t, func(t *testing.T, _ map[string]any, r *render.Release) {
		for _, u := range r.Objects {
			noNulls(t, name(u), u.Object)
		}
	})
}

func noNulls(t *testing.T, path string, v any) {
	t.Helper()
	switch v := v.(type) {
	case nil:
		t.Errorf("%s is null", path)
	case map[string]any:
		for key, value := range v {
			noNulls(t, path+"."+key, value)
		}
	case []any:
		for i, value := range v {
			noNulls(t, fmt.Sprintf("%s[%d]", path, i), value)
		}
	}
}

// Server-side apply refuses a list that has one key twice.
func TestNoKeyTwice(t *testing.T) {
	forEachValues(t, func(t *testing.T, _ map[string]any, r *render.Release) {
		for where, pod := range pods(t, r) {
			for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
				seen := map[string]bool{}
				once := func(key string) {
					if seen[key] {
						t.Errorf("%s, container %s: %s twice", where, c.Name, key)
					}
					seen[key] = true
				}
				for _, e := range c.Env {
					once("env " + e.Name)
				}
				for _, p := range c.Ports {
					once(fmt.Sprintf("port %d/%s", p.ContainerPort, p.Protocol))
					once("port " + p.Name)
				}
				for _, m := range c.VolumeMounts {
					once("mount " + m.MountPath)
				}
			}
		}
	})
}
