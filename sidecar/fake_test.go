package sidecar

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// fakeSource delivers what the test hands it.
type fakeSource struct {
	namespace string
	deliver   func(Event)
	running   chan struct{}
}

func newFakeSource(namespace string) *fakeSource {
	return &fakeSource{namespace: namespace, running: make(chan struct{})}
}

func (f *fakeSource) Run(ctx context.Context, deliver func(Event)) {
	f.deliver = deliver
	close(f.running)
	<-ctx.Done()
}

func (f *fakeSource) Status() SourceStatus {
	return SourceStatus{Name: "fake" + f.namespace, Namespace: f.namespace}
}

func (f *fakeSource) put(cm *corev1.ConfigMap) {
	o := FromConfigMap(cm)
	f.deliver(Event{Key: o.Key, Object: o})
}
func (f *fakeSource) drop(cm *corev1.ConfigMap) { f.deliver(Event{Key: FromConfigMap(cm).Key}) }
func (f *fakeSource) synced()                   { f.deliver(Event{Synced: true}) }

// apply is one call of a fakeSink.
type apply struct {
	at     time.Time
	digest string
	items  map[string]string // Ref to published bytes
}

// fakeSink records what it is given. answer decides; nil takes everything.
type fakeSink struct {
	mu      sync.Mutex
	applies []apply
	total   int
	answer  func(ctx context.Context, a apply) error
}

func (f *fakeSink) Apply(ctx context.Context, b *dropin.Bundle) (Applied, error) {
	a := apply{at: time.Now(), digest: b.Digest(), items: map[string]string{}}
	m := b.Manifest()
	i := 0
	for _, data := range b.Files() {
		a.items[m.Items[i].Ref.String()] = string(data)
		i++
	}
	f.mu.Lock()
	f.applies = append(f.applies, a)
	f.total++
	answer := f.answer
	f.mu.Unlock()
	if answer == nil {
		return Applied{Files: len(a.items)}, nil
	}
	return Applied{}, answer(ctx, a)
}

func (f *fakeSink) set(answer func(context.Context, apply) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

// taken returns what was applied so far and forgets it.
func (f *fakeSink) taken() []apply {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.applies
	f.applies = nil
	return out
}

// count is how often it was asked to apply anything.
func (f *fakeSink) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.total
}

// fakeReporter records verdicts.
type fakeReporter struct{ verdicts []Verdict }

func (f *fakeReporter) Report(v Verdict) { f.verdicts = append(f.verdicts, v) }

func (f *fakeReporter) taken() []Verdict {
	out := f.verdicts
	f.verdicts = nil
	return out
}

// bench is a running sidecar with fakes on both sides, inside a synctest bubble.
type bench struct {
	t      *testing.T
	source *fakeSource
	sink   *fakeSink
	report *fakeReporter
	*Sidecar
}

// run starts a sidecar in a bubble, where time passes only while all wait.
func run(t *testing.T, change func(*Options), test func(*bench)) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, source: newFakeSource(""), sink: &fakeSink{}, report: &fakeReporter{}}
		opts := DefaultOptions()
		opts.Sources, opts.Sink, opts.Reporters = []Source{b.source}, b.sink, []Reporter{b.report}
		opts.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
		if change != nil {
			change(&opts)
		}
		var err error
		if b.Sidecar, err = New(opts); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.Run(ctx) }()
		<-b.source.running
		// Not the moment zero, which the holdoff takes for never.
		time.Sleep(time.Second)
		test(b)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// settle lets everything that is due now happen, and nothing later.
func (b *bench) settle() { synctest.Wait() }

// pass lets time pass.
func (b *bench) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (b *bench) states() map[string]State {
	out := map[string]State{}
	for _, d := range b.Status().DropIns {
		out[d.Ref.String()] = d.State
	}
	return out
}

func (b *bench) dropIn(ref string) DropIn {
	b.t.Helper()
	for _, d := range b.Status().DropIns {
		if d.Ref.String() == ref {
			return d
		}
	}
	b.t.Fatalf("no drop-in %s in %+v", ref, b.Status().DropIns)
	return DropIn{}
}

var versions int

// rules is a ConfigMap team/<name> with one good rule file that holds v.
func rules(name string, v int) *corev1.ConfigMap {
	return configMap(name, fmt.Sprintf("groups:\n- name: g\n  rules:\n  - record: r\n    expr: vector(%d)\n", v))
}

// broken is the same with a mistake in line 5.
func broken(name string) *corev1.ConfigMap {
	return configMap(name, "groups:\n- name: g\n  rules:\n  - record: r\n    expr: sum(\n")
}

func configMap(name, text string) *corev1.ConfigMap {
	versions++
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "team", Name: name, ResourceVersion: fmt.Sprint(versions),
			Labels: map[string]string{dropin.Label: string(dropin.KindRules)},
		},
		Data: map[string]string{"rules.yaml": text},
	}
}
