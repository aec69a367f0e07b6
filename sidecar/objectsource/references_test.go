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
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

func TestRotation(t *testing.T) {
	r := newRig(t, secret("login", "old-token"), secret("other", "x"))
	r.discovery.set(nil, v1(operatorobjects.ServiceMonitor))
	r.apply(serviceMonitor("api", "login"))
	r.run(operatorobjects.ServiceMonitor)
	it := r.item("api")
	if !strings.Contains(string(it.Data), "old-token") || !it.Confidential {
		t.Fatalf("confidential %v, got %s", it.Confidential, it.Data)
	}
	if _, err := r.core.CoreV1().Secrets("shop").Update(t.Context(), secret("login", "new-token"), metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if it := r.item("api"); !strings.Contains(string(it.Data), "new-token") {
		t.Errorf("got %s", it.Data)
	}
	for _, a := range r.core.Actions() {
		if w, ok := a.(clienttesting.WatchActionImpl); ok && w.GetWatchRestrictions().Fields.String() != "metadata.name=login" {
			t.Errorf("watched %s with %s", a.GetResource().Resource, w.GetWatchRestrictions().Fields)
		}
	}
}

func TestReferenceThatComesAndGoes(t *testing.T) {
	r := newRig(t)
	r.discovery.set(nil, v1(operatorobjects.ServiceMonitor))
	r.apply(serviceMonitor("api", "login"))
	r.run(operatorobjects.ServiceMonitor)
	refused := func() {
		t.Helper()
		if items, problems := r.put("api"); len(items) != 0 || len(problems) != 1 || problems[0].Code != dropin.CodeMissingReference {
			t.Fatalf("items %v, problems %v", items, problems)
		}
	}
	refused()
	if _, err := r.core.CoreV1().Secrets("shop").Create(t.Context(), secret("login", "token"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	r.item("api")
	if err := r.core.CoreV1().Secrets("shop").Delete(t.Context(), "login", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	refused()
}

// Who may get a Secret by name and neither list nor watch it is served too.
func TestReferenceThatMayOnlyBeGot(t *testing.T) {
	r := newRig(t, secret("login", "token"))
	forbid := func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "secrets"}, "", errors.New("no role"))
	}
	r.core.PrependReactor("list", "secrets", forbid)
	r.discovery.set(nil, v1(operatorobjects.ServiceMonitor))
	r.apply(serviceMonitor("api", "login"))
	r.run(operatorobjects.ServiceMonitor)
	r.item("api")
}

func TestReferenceThatIsForbidden(t *testing.T) {
	r := newRig(t, secret("login", "token"))
	forbid := func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "secrets"}, "", errors.New("no role"))
	}
	r.core.PrependReactor("*", "secrets", forbid)
	r.discovery.set(nil, v1(operatorobjects.ServiceMonitor))
	r.apply(serviceMonitor("api", "login"))
	r.run(operatorobjects.ServiceMonitor)
	if _, problems := r.put("api"); len(problems) != 1 || !strings.Contains(problems[0].Message, "may not read") {
		t.Errorf("got %v", problems)
	}
}

// An API server that does not answer is no reason to say that a Secret is
// missing: the object is tried again.
func TestReferenceThatIsNotAnswered(t *testing.T) {
	r := newRig(t, secret("login", "token"))
	var down atomic.Bool
	down.Store(true)
	r.core.PrependReactor("list", "secrets", func(clienttesting.Action) (bool, runtime.Object, error) {
		if down.Load() {
			return true, nil, errors.New("connection refused")
		}
		return false, nil, nil
	})
	r.discovery.set(nil, v1(operatorobjects.ServiceMonitor))
	r.apply(serviceMonitor("api", "login"))
	r.run(operatorobjects.ServiceMonitor)
	if _, problems := r.put("api"); len(problems) != 1 || !strings.Contains(problems[0].Message, "cannot be read now") {
		t.Errorf("got %v", problems)
	}
	down.Store(false)
	for {
		if items, _ := r.put("api"); len(items) == 1 {
			return
		}
	}
}

func TestUnusedReferencesAreNotWatched(t *testing.T) {
	r := newRig(t, secret("one", "1"), secret("two", "2"))
	r.discovery.set(nil, v1(operatorobjects.ServiceMonitor))
	r.apply(serviceMonitor("api", "one"))
	r.run(operatorobjects.ServiceMonitor)
	r.item("api")
	r.apply(strings.Replace(serviceMonitor("api", "two"), `resourceVersion: "1"`, `resourceVersion: "2"`, 1))
	r.item("api")
	if err := r.objects.Resource(r.resource(operatorobjects.ServiceMonitor)).Namespace("shop").Delete(t.Context(), "api", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	r.until("the end", isGone("api"))
	r.refs.mu.Lock()
	defer r.refs.mu.Unlock()
	if len(r.refs.watched) != 0 {
		t.Errorf("still watched: %v", r.refs.watched)
	}
}
