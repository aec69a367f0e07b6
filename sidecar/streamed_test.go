package sidecar

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// stream is an API server that streams lists. The test writes what it sends.
type stream struct {
	opened chan *watch.FakeWatcher
}

func newStream(t *testing.T) (*stream, *watched) {
	t.Helper()
	s := &stream{opened: make(chan *watch.FakeWatcher, 1)}
	w := &watched{t: t, events: make(chan Event, 100), source: NewAPISource(APIOptions{
		Name: "configmaps", Kind: "ConfigMap", Expected: &corev1.ConfigMap{}, Logger: slog.New(slog.DiscardHandler),
		List: func(context.Context, metav1.ListOptions) (runtime.Object, error) {
			t.Error("a list was asked for that is not streamed")
			return nil, errors.New("no")
		},
		Watch: func(_ context.Context, o metav1.ListOptions) (watch.Interface, error) {
			fw := watch.NewFake()
			s.opened <- fw
			return fw, nil
		},
		Read: func(obj any) *Object { return FromConfigMap(obj.(*corev1.ConfigMap)) },
	})}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.source.Run(ctx, func(ev Event) { w.events <- ev })
	}()
	t.Cleanup(func() { cancel(); <-done })
	return s, w
}

// end tells that the list is complete.
func end(fw *watch.FakeWatcher) {
	fw.Action(watch.Bookmark, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		ResourceVersion: "1000", Annotations: map[string]string{metav1.InitialEventsAnnotationKey: "true"},
	}})
}

// An object of a list is delivered when it arrives and not when the list is complete:
// all of a list at once would take more memory than all that is made of it.
func TestAStreamedListIsDeliveredAsItComes(t *testing.T) {
	s, w := newStream(t)
	fw := <-s.opened
	fw.Add(rules("a", 1))
	for _, ev := range w.until("a, before the list is complete", isPut("a")) {
		if ev.Synced {
			t.Error("synced before the list was complete")
		}
	}
	fw.Add(rules("b", 1))
	end(fw)
	got := w.until("the list", synced)
	if len(got) != 2 || !isPut("b")(got[0]) {
		t.Errorf("got %+v", got)
	}
	if !w.source.Status().Synced {
		t.Error("the status does not say so")
	}
}

// A list that follows tells what is gone: what was there before it, and what came and
// went while it was sent.
func TestAStreamedListTellsWhatIsGone(t *testing.T) {
	s, w := newStream(t)
	fw := <-s.opened
	for _, name := range []string{"kept", "deleted"} {
		fw.Add(rules(name, 1))
	}
	end(fw)
	w.until("the list", synced)
	fw.Stop()

	expired := metav1.Status{Status: metav1.StatusFailure, Code: 410, Reason: metav1.StatusReasonExpired}
	fw = <-s.opened // goes on where the first ended, and cannot
	fw.Error(&expired)
	fw = <-s.opened
	fw.Add(rules("kept", 1))
	fleeting := rules("fleeting", 1)
	fw.Add(fleeting)
	fw.Delete(fleeting)
	end(fw)
	gone := map[string]bool{}
	for _, ev := range w.until("the second list", synced) {
		if isGone(ev.Key.Name)(ev) {
			gone[ev.Key.Name] = true
		}
	}
	if len(gone) != 2 || !gone["deleted"] || !gone["fleeting"] {
		t.Errorf("gone are %v", gone)
	}
}

// A stream that ends in the middle is begun again, and nothing is synced meanwhile.
func TestAStreamedListThatIsCut(t *testing.T) {
	s, w := newStream(t)
	fw := <-s.opened
	fw.Add(rules("a", 1))
	w.until("a", isPut("a"))
	fw.Stop()
	fw = <-s.opened
	fw.Add(rules("b", 1))
	end(fw)
	got := w.until("the list", synced)
	var sawGone bool
	for _, ev := range got {
		sawGone = sawGone || isGone("a")(ev)
	}
	if !sawGone {
		t.Errorf("a is not in the list and nothing says that it is gone: %+v", got)
	}
}
