package sidecar

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
)

// reloadFunc is a reader made of a function.
type reloadFunc func() (string, error)

func (f reloadFunc) Reload(context.Context, *dropin.Bundle) (string, error) { return f() }

func openSink(t *testing.T, path string, f reloadFunc) (*DirSink, *livedir.Dir, *prometheus.Registry) {
	t.Helper()
	dir, err := livedir.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	return NewDirSink(dir, f, slog.New(slog.DiscardHandler), reg), dir, reg
}

func bundleOf(t *testing.T, items ...dropin.Checked) *dropin.Bundle {
	t.Helper()
	b, problems := dropin.Assemble(items, dropin.Policy{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return b
}

func TestDirSinkConfirmsTheDigest(t *testing.T) {
	running := ""
	s, dir, reg := openSink(t, t.TempDir(), func() (string, error) { return running, nil })
	b := bundleOf(t, lastGood(t, "a", 1))
	if s.Ready() {
		t.Error("ready before there is a generation")
	}
	if _, err := s.Apply(t.Context(), b); err == nil || !strings.Contains(err.Error(), `the reader uses ""`) {
		t.Errorf("another digest was taken: %v", err)
	}
	if !s.Ready() || dir.Current().Digest != b.Digest() {
		t.Error("a reader that starts now would not find the newest")
	}
	running = b.Digest()
	if _, err := s.Apply(t.Context(), b); err != nil {
		t.Error(err)
	}
	const want = `
# HELP kube_monitoring_stack_sidecar_reloads_total Reloads asked for, by the reader's answer.
# TYPE kube_monitoring_stack_sidecar_reloads_total counter
kube_monitoring_stack_sidecar_reloads_total{result="error"} 0
kube_monitoring_stack_sidecar_reloads_total{result="refused"} 0
kube_monitoring_stack_sidecar_reloads_total{result="success"} 2
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "kube_monitoring_stack_sidecar_reloads_total"); err != nil {
		t.Error(err)
	}
}

func TestDirSinkGoesBackWhenRefused(t *testing.T) {
	var answer func() (string, error)
	s, dir, _ := openSink(t, t.TempDir(), func() (string, error) { return answer() })
	good, bad := bundleOf(t, lastGood(t, "a", 1)), bundleOf(t, lastGood(t, "a", 2))
	answer = func() (string, error) { return good.Digest(), nil }
	if _, err := s.Apply(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	answer = func() (string, error) {
		return "", &Refused{Digest: bad.Digest(), Running: good.Digest(), Reason: "no"}
	}
	_, err := s.Apply(t.Context(), bad)
	if _, ok := errors.AsType[*Refused](err); !ok {
		t.Errorf("got %v", err)
	}
	if dir.Current().Digest != good.Digest() {
		t.Error("the refused generation is still current")
	}
}

// The server's own configuration is broken while it runs the newest drop-ins:
// going back would take a good generation away.
func TestDirSinkStaysWhenTheReaderRunsItAlready(t *testing.T) {
	b := bundleOf(t, lastGood(t, "a", 1))
	s, dir, _ := openSink(t, t.TempDir(), func() (string, error) {
		return "", &Refused{Running: b.Digest(), Reason: "base configuration"}
	})
	_, err := s.Apply(t.Context(), b)
	if _, ok := errors.AsType[*Refused](err); ok || err == nil {
		t.Errorf("got %v", err)
	}
	if dir.Current().Digest != b.Digest() {
		t.Error("went back")
	}
}

func TestDirSinkRestores(t *testing.T) {
	path := t.TempDir()
	b := bundleOf(t, lastGood(t, "a", 1), lastGood(t, "b", 1))
	s, _, _ := openSink(t, path, func() (string, error) { return "", errors.New("not started") })
	if _, err := s.Apply(t.Context(), b); err == nil {
		t.Error("no error")
	}
	s, _, _ = openSink(t, path, nil)
	restored := s.Restored()
	if !s.Ready() || len(restored) != 2 {
		t.Fatalf("restored %+v", restored)
	}
	if got := bundleOf(t, restored...).Digest(); got != b.Digest() {
		t.Errorf("digest %s, want %s", got, b.Digest())
	}
}
