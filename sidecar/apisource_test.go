package sidecar

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// watched runs a ConfigMap source and collects what it delivers.
type watched struct {
	t      *testing.T
	client *fake.Clientset
	source *APISource
	events chan Event
}

func watchConfigMaps(t *testing.T, client *fake.Clientset) *watched {
	t.Helper()
	w := &watched{
		t: t, client: client, events: make(chan Event, 100),
		source: NewConfigMaps(client, "", dropin.Label, slog.New(slog.DiscardHandler)),
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.source.Run(ctx, func(ev Event) {
			select {
			case w.events <- ev:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() { cancel(); <-done })
	return w
}

// until returns the events up to the first that satisfies f.
func (w *watched) until(what string, f func(Event) bool) []Event {
	w.t.Helper()
	var got []Event
	deadline := time.After(20 * time.Second)
	for {
		select {
		case ev := <-w.events:
			got = append(got, ev)
			if f(ev) {
				return got
			}
		case <-deadline:
			w.t.Fatalf("waited for %s, got %+v", what, got)
		}
	}
}

func synced(ev Event) bool { return ev.Synced }

func isPut(name string) func(Event) bool {
	return func(ev Event) bool { return ev.Object != nil && ev.Key.Name == name }
}

func isGone(name string) func(Event) bool {
	return func(ev Event) bool {
		return ev.Object == nil && !ev.Synced && ev.Denied == nil && ev.Key.Name == name
	}
}

func (w *watched) create(cm *corev1.ConfigMap) {
	w.t.Helper()
	if _, err := w.client.CoreV1().ConfigMaps(cm.Namespace).Create(w.t.Context(), cm, metav1.CreateOptions{}); err != nil {
		w.t.Fatal(err)
	}
}

func TestConfigMapsListThenWatch(t *testing.T) {
	w := watchConfigMaps(t, fake.NewClientset(rules("a", 1), rules("b", 1)))
	first := w.until("the list", synced)
	if len(first) != 3 {
		t.Errorf("synced must come after all objects: %+v", first)
	}
	w.create(rules("c", 1))
	w.until("c", isPut("c"))
	if err := w.client.CoreV1().ConfigMaps("team").Delete(t.Context(), "a", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	w.until("the end of a", isGone("a"))
	if st := w.source.Status(); !st.Synced || st.LastSuccess.IsZero() || st.Error != "" {
		t.Errorf("status %+v", st)
	}
}

// watches lets the test cut and refuse watches.
func interceptWatches(client *fake.Clientset) (open *atomic.Pointer[watch.FakeWatcher]) {
	open = &atomic.Pointer[watch.FakeWatcher]{}
	client.PrependWatchReactor("configmaps", func(clienttesting.Action) (bool, watch.Interface, error) {
		fw := watch.NewFake()
		open.Store(fw)
		return true, fw, nil
	})
	return open
}

// What happens while the watch is cut is found by the list that follows:
// deletions above all, of which nobody tells afterwards.
func TestConfigMapsAfterAWatchThatExpired(t *testing.T) {
	client := fake.NewClientset(rules("kept", 1), rules("deleted", 1))
	open := interceptWatches(client)
	w := watchConfigMaps(t, client)
	w.until("the list", synced)
	fw := awaitWatch(t, open, nil)
	if err := client.CoreV1().ConfigMaps("team").Delete(t.Context(), "deleted", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	w.create(rules("created", 1))
	gone := apierrors.NewResourceExpired("too old resource version").ErrStatus
	fw.Error(&gone)
	fw.Stop()
	got := w.until("the second list", synced)
	var sawPut, sawGone bool
	for _, ev := range got {
		sawPut = sawPut || isPut("created")(ev)
		sawGone = sawGone || isGone("deleted")(ev)
	}
	if !sawPut || !sawGone {
		t.Errorf("got %+v", got)
	}
	if st := w.source.Status(); st.Error != "" {
		t.Errorf("the ordinary end of a watch is shown as an error: %q", st.Error)
	}
}

func awaitWatch(t *testing.T, open *atomic.Pointer[watch.FakeWatcher], not *watch.FakeWatcher) *watch.FakeWatcher {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if fw := open.Load(); fw != nil && fw != not {
			return fw
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("no watch was opened")
	return nil
}

func TestConfigMapsWhileTheAPIServerIsAway(t *testing.T) {
	client := fake.NewClientset(rules("a", 1))
	var down atomic.Bool
	down.Store(true)
	client.PrependReactor("list", "configmaps", func(clienttesting.Action) (bool, runtime.Object, error) {
		if down.Load() {
			return true, nil, errors.New("connection refused")
		}
		return false, nil, nil
	})
	w := watchConfigMaps(t, client)
	for deadline := time.Now().Add(20 * time.Second); w.source.Status().Error == ""; {
		if time.Now().After(deadline) {
			t.Fatal("the status never said that the API server is away")
		}
		time.Sleep(time.Millisecond)
	}
	if st := w.source.Status(); st.Synced || !st.LastSuccess.IsZero() || st.LastAttempt.IsZero() {
		t.Errorf("status %+v", st)
	}
	down.Store(false)
	got := w.until("the list", synced)
	for _, ev := range got {
		if ev.Denied != nil {
			t.Errorf("being away was taken for being denied: %v", ev.Denied)
		}
	}
}

func TestConfigMapsForbiddenThenGranted(t *testing.T) {
	client := fake.NewClientset(rules("a", 1))
	var denied atomic.Bool
	denied.Store(true)
	client.PrependReactor("list", "configmaps", func(clienttesting.Action) (bool, runtime.Object, error) {
		if denied.Load() {
			return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "configmaps"}, "", errors.New("no role"))
		}
		return false, nil, nil
	})
	w := watchConfigMaps(t, client)
	w.until("the denial", func(ev Event) bool { return ev.Denied != nil })
	denied.Store(false)
	w.until("the list", synced)
	if st := w.source.Status(); !st.Synced || st.Error != "" {
		t.Errorf("status %+v", st)
	}
}
