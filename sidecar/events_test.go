package sidecar

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

func reportTo(t *testing.T, client *fake.Clientset) *Events {
	t.Helper()
	e := NewEvents(client, "pod-0", slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); e.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return e
}

func verdict(name, message string) Verdict {
	return Verdict{
		Key: Key{Kind: dropin.ObjectConfigMap, Namespace: "team", Name: name}, APIVersion: "v1", UID: "uid", Version: "7",
		Problems: []dropin.Problem{{
			Ref:  dropin.Ref{Namespace: "team", Name: name, Key: "rules.yaml"},
			Line: 5, Code: "rules/bad-expression", Message: message, Remedy: "Mend it.",
		}},
	}
}

// awaitEvents waits until the namespace has n Events.
func awaitEvents(t *testing.T, client *fake.Clientset, n int) []corev1.Event {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		list, err := client.CoreV1().Events("team").List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(list.Items) >= n {
			return list.Items
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d Events, want %d", len(list.Items), n)
		}
	}
}

func TestEventOnARefusedConfigMap(t *testing.T) {
	client := fake.NewClientset()
	v := verdict("api", "unclosed left parenthesis")
	v.LastGood = true
	reportTo(t, client).Report(v)
	got := awaitEvents(t, client, 1)[0]
	const want = "rules.yaml:5: unclosed left parenthesis (rules/bad-expression). Mend it. The last good version stays in use."
	if got.Message != want || got.Type != "Warning" || got.Reason != "DropInRefused" {
		t.Errorf("got %s %s %q", got.Type, got.Reason, got.Message)
	}
	obj := got.InvolvedObject
	if obj.Kind != "ConfigMap" || obj.Namespace != "team" || obj.Name != "api" || obj.UID != "uid" {
		t.Errorf("on %+v", obj)
	}
}

// A restart and a second replica tell the same once more: still one Event.
func TestSameVerdictIsTheSameEvent(t *testing.T) {
	client := fake.NewClientset()
	patched := make(chan struct{}, 10)
	client.PrependReactor("patch", "events", func(clienttesting.Action) (bool, runtime.Object, error) {
		patched <- struct{}{}
		return false, nil, nil
	})
	reportTo(t, client).Report(verdict("api", "one"))
	awaitEvents(t, client, 1)
	second := reportTo(t, client)
	second.Report(verdict("api", "one"))
	<-patched
	second.Report(verdict("api", "two"))
	if got := awaitEvents(t, client, 2); len(got) != 2 {
		t.Errorf("%d Events", len(got))
	}
}

func TestEventWhenMended(t *testing.T) {
	client := fake.NewClientset()
	v := verdict("api", "")
	v.Problems, v.Mended = nil, true
	reportTo(t, client).Report(v)
	if got := awaitEvents(t, client, 1)[0]; got.Type != "Normal" || got.Reason != "DropInAccepted" {
		t.Errorf("got %s %s", got.Type, got.Reason)
	}
}

func TestForbiddenEventIsNotTriedForever(t *testing.T) {
	client := fake.NewClientset()
	var tries atomic.Int32
	client.PrependReactor("create", "events", func(a clienttesting.Action) (bool, runtime.Object, error) {
		ev := a.(clienttesting.CreateAction).GetObject().(*corev1.Event)
		if ev.InvolvedObject.Name == "api" {
			tries.Add(1)
			return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "events"}, "", errors.New("no role"))
		}
		return false, nil, nil
	})
	e := reportTo(t, client)
	e.Report(verdict("api", "one"))
	e.Report(verdict("other", "one"))
	awaitEvents(t, client, 1)
	if n := tries.Load(); n > 1 {
		t.Errorf("%d tries", n)
	}
}

func TestMessageFits(t *testing.T) {
	v := verdict("api", strings.Repeat("é", 2000))
	v.LastGood = true
	for range 30 {
		if m := refusalMessage(v); len(m) > maxMessage || !strings.HasSuffix(m, lastGoodStays) {
			t.Fatalf("%d bytes: %q", len(m), m)
		}
		v.Problems = append(v.Problems, verdict("api", strings.Repeat("x", 90)).Problems...)
	}
	if m := refusalMessage(v); !strings.Contains(m, "…and 30 more problems.") {
		t.Errorf("got %q", m)
	}
	v.Problems = v.Problems[1:]
	if m := refusalMessage(v); len(m) > maxMessage || strings.Count(m, "rules.yaml:5: ") < 5 {
		t.Errorf("got %q", m)
	}
}

func TestEventNameIsValid(t *testing.T) {
	e := NewEvents(fake.NewClientset(), "pod-0", slog.New(slog.DiscardHandler))
	ev := e.event(verdict(strings.Repeat("a.", 126)+"a", "one"))
	if n := len(ev.Name); n > 253 || strings.Contains(ev.Name, "..") {
		t.Errorf("name of %d bytes: %s", n, ev.Name)
	}
}
