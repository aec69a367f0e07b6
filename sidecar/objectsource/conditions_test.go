package objectsource

import (
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clienttesting "k8s.io/client-go/testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// written is what was written to an object's status.
type written struct {
	Metadata struct{ Namespace, Name, UID string }
	Status   monitoringv1.ConfigResourceStatus
}

// conditions runs a reporter whose patches arrive in the channel. answer decides
// about each.
func (r *rig) conditions(answer func() error) (*Conditions, <-chan written) {
	r.t.Helper()
	patches := make(chan written, 10)
	r.objects.PrependReactor("patch", "*", func(a clienttesting.Action) (bool, runtime.Object, error) {
		if err := answer(); err != nil {
			return true, nil, err
		}
		var w written
		patch := a.(clienttesting.PatchAction)
		if err := json.Unmarshal(patch.GetPatch(), &w); err != nil || patch.GetSubresource() != "status" {
			r.t.Errorf("patch of %q: %v", patch.GetSubresource(), err)
		}
		patches <- w
		return true, &unstructured.Unstructured{Object: map[string]any{}}, nil
	})
	c := NewConditions(r.objects, r.served, Workload{Resource: "prometheuses", Namespace: "monitoring", Name: "kms"}, slog.New(slog.DiscardHandler))
	done := make(chan struct{})
	go func() { defer close(done); c.Run(r.t.Context()) }()
	r.t.Cleanup(func() { c.queue.ShutDown(); <-done })
	return c, patches
}

func (r *rig) patch(patches <-chan written) monitoringv1.WorkloadBinding {
	r.t.Helper()
	select {
	case w := <-patches:
		if len(w.Status.Bindings) != 1 || len(w.Status.Bindings[0].Conditions) != 1 || w.Metadata.UID != "u" {
			r.t.Fatalf("got %+v", w)
		}
		return w.Status.Bindings[0]
	case <-time.After(longest):
		r.t.Fatal("nothing was written")
	}
	return monitoringv1.WorkloadBinding{}
}

func verdict(generation int64, problems ...dropin.Problem) sidecar.Verdict {
	return sidecar.Verdict{
		Key: sidecar.Key{Kind: "ServiceMonitor", Namespace: "shop", Name: "api"}, UID: "u",
		Generation: generation, Problems: problems,
	}
}

func TestConditions(t *testing.T) {
	r := newRig(t)
	r.discovery.set(nil, v1(operatorobjects.ServiceMonitor))
	c, patches := r.conditions(func() error { return nil })
	c.Report(verdict(3))
	b := r.patch(patches)
	got := b.Conditions[0]
	if b.Resource != "prometheuses" || b.Namespace != "monitoring" || b.Name != "kms" || got.Type != monitoringv1.Accepted ||
		got.Status != monitoringv1.ConditionTrue || got.ObservedGeneration != 3 || got.LastTransitionTime.IsZero() {
		t.Errorf("got %+v", b)
	}
	ref := dropin.RefOfObject("servicemonitors", "shop", "api")
	c.Report(verdict(4, dropin.Problem{Ref: ref, Code: dropin.CodeObjectInvalid, Message: "no endpoint"}))
	got = r.patch(patches).Conditions[0]
	if got.Status != monitoringv1.ConditionFalse || got.Reason != sidecar.ReasonRefused || got.Message != "no endpoint (object/invalid)" {
		t.Errorf("got %+v", got)
	}
}

// A restart judges every object anew and writes nothing where nothing changed.
func TestConditionThatIsThereIsNotWritten(t *testing.T) {
	r := newRig(t)
	r.discovery.set(nil, v1(operatorobjects.ServiceMonitor))
	c, patches := r.conditions(func() error { return nil })
	since := metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	o := &monitoringv1.ServiceMonitor{Status: monitoringv1.ConfigResourceStatus{Bindings: []monitoringv1.WorkloadBinding{{
		Resource: "prometheuses", Namespace: "monitoring", Name: "kms",
		Conditions: []monitoringv1.ConfigResourceCondition{{
			Type: monitoringv1.Accepted, Status: monitoringv1.ConditionTrue, ObservedGeneration: 3, LastTransitionTime: since,
		}},
	}}}}
	c.saw(verdict(3).Key, o)
	c.Report(verdict(3))
	c.Report(verdict(4))
	got := r.patch(patches).Conditions[0]
	if got.ObservedGeneration != 4 || !got.LastTransitionTime.Equal(&since) {
		t.Errorf("got %+v", got)
	}
}

func TestConditionsAfterAnOutage(t *testing.T) {
	r := newRig(t)
	r.discovery.set(nil, v1(operatorobjects.ServiceMonitor))
	failures := 3
	c, patches := r.conditions(func() error {
		if failures--; failures >= 0 {
			return errors.New("connection refused")
		}
		return nil
	})
	c.Report(verdict(1))
	r.patch(patches)
}

func TestConditionsThatMayNotBeWritten(t *testing.T) {
	r := newRig(t)
	r.discovery.set(nil, v1(operatorobjects.ServiceMonitor))
	tries := make(chan struct{}, 10)
	c, _ := r.conditions(func() error {
		tries <- struct{}{}
		return apierrors.NewForbidden(schema.GroupResource{Resource: "servicemonitors/status"}, "api", errors.New("no role"))
	})
	c.Report(verdict(1))
	<-tries
	c.Report(verdict(2))
	<-tries
	if len(tries) != 0 {
		t.Error("tried again though nothing changed")
	}
}
