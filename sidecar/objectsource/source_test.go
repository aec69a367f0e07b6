package objectsource

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clienttesting "k8s.io/client-go/testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

func TestListThenWatch(t *testing.T) {
	r := newRig(t)
	r.discovery.set(nil, v1(operatorobjects.PrometheusRule))
	r.apply(rule("a", "up"))
	r.run(operatorobjects.PrometheusRule)
	first := r.until("the list", synced)
	if len(first) != 2 || first[0].Object == nil {
		t.Fatalf("synced must come after all objects: %+v", first)
	}
	items, _ := first[0].Object.Unpack()
	if len(items) != 1 || items[0].Ref.String() != "shop/a/prometheusrules.monitoring.coreos.com" || items[0].Kind != dropin.KindRules {
		t.Errorf("got %+v", items)
	}
	r.apply(rule("b", "down"))
	if it := r.item("b"); !strings.Contains(string(it.Data), "down") {
		t.Errorf("got %s", it.Data)
	}
	if err := r.objects.Resource(r.resource(operatorobjects.PrometheusRule)).Namespace("shop").Delete(t.Context(), "a", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	r.until("the end of a", isGone("a"))
}

// The CRD comes later: nobody waited for it.
func TestKindThatAppears(t *testing.T) {
	r := newRig(t)
	s := r.run(operatorobjects.PrometheusRule)
	r.until("the absence", func(ev sidecar.Event) bool { return ev.Absent })
	if st := s.Status(); !st.Absent || st.Error != "" {
		t.Errorf("status %+v", st)
	}
	r.discovery.set(nil, v1(operatorobjects.PrometheusRule))
	r.apply(rule("a", "up"))
	r.item("a")
	if st := s.Status(); st.Absent {
		t.Errorf("status %+v", st)
	}
}

// With its CRD the objects of a kind go, but not because an API server once
// said so that was starting.
func TestKindThatGoes(t *testing.T) {
	r := newRig(t)
	r.discovery.set(nil, v1(operatorobjects.PrometheusRule))
	var gone atomic.Bool
	notFound := func(clienttesting.Action) (bool, runtime.Object, error) {
		if gone.Load() {
			return true, nil, apierrors.NewNotFound(schema.GroupResource{Resource: "prometheusrules"}, "")
		}
		return false, nil, nil
	}
	r.objects.PrependReactor("list", "prometheusrules", notFound)
	r.apply(rule("a", "up"))
	s := r.run(operatorobjects.PrometheusRule)
	r.until("the list", synced)
	gone.Store(true)
	r.discovery.set(nil)
	s.lose(t)
	got := r.until("the end of a", isGone("a"))
	if !got[0].Absent {
		t.Errorf("the object went at the first look: %+v", got)
	}
	r.until("that nothing is there", synced)
}

// lose ends the watch of a source as the API server does when the CRD is deleted.
func (s *Source) lose(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unwatch == nil {
		t.Fatal("nothing is watched")
	}
	s.unwatch()
}

func TestKindThatMayNotBeRead(t *testing.T) {
	r := newRig(t)
	r.discovery.set(nil, v1(operatorobjects.PrometheusRule))
	var denied atomic.Bool
	denied.Store(true)
	r.objects.PrependReactor("list", "prometheusrules", func(clienttesting.Action) (bool, runtime.Object, error) {
		if denied.Load() {
			return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "prometheusrules"}, "", errors.New("no role"))
		}
		return false, nil, nil
	})
	r.apply(rule("a", "up"))
	r.run(operatorobjects.PrometheusRule)
	r.until("the denial", func(ev sidecar.Event) bool { return ev.Denied != nil })
	denied.Store(false)
	r.item("a")
}

func TestDiscoveryThatFails(t *testing.T) {
	r := newRig(t)
	r.discovery.set(errors.New("connection refused"))
	s := r.run(operatorobjects.PrometheusRule)
	r.apply(rule("a", "up"))
	for s.Status().Error == "" {
		if t.Context().Err() != nil {
			t.Fatal("the status never said it")
		}
	}
	select {
	case ev := <-r.events:
		t.Errorf("an API server that is away was taken for one without the kind: %+v", ev)
	default:
	}
	r.discovery.set(nil, v1(operatorobjects.PrometheusRule))
	r.item("a")
}

// An object that the types cannot hold is refused alone.
func TestObjectThatCannotBeDecoded(t *testing.T) {
	r := newRig(t)
	r.discovery.set(nil, v1(operatorobjects.PrometheusRule))
	r.apply("{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, metadata: {namespace: shop, name: bad}, spec: {groups: 7}}")
	r.apply(rule("good", "up"))
	r.run(operatorobjects.PrometheusRule)
	got := r.until("the list", synced)
	var bad, good bool
	for _, ev := range got {
		if ev.Object == nil {
			continue
		}
		items, problems := ev.Object.Unpack()
		bad = bad || ev.Key.Name == "bad" && len(problems) == 1 && problems[0].Code == dropin.CodeObjectInvalid
		good = good || ev.Key.Name == "good" && len(items) == 1
	}
	if !bad || !good {
		t.Errorf("got %+v", got)
	}
}
