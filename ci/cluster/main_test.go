package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/progress"
)

func TestWrongCommandLines(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		env  string
		want string
	}{
		{"no such command", []string{"upp"}, "", `no command "upp"`},
		{"cluster number", []string{"status", "--id=10"}, "", "must be 0 to 9"},
		{"too many nodes", []string{"up", "--nodes", "1000"}, "", "must be 1 to 200"},
		{"not a number", []string{"up"}, "three", "must be 1 to 200"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("NODES", tt.env)
			err := run(t.Context(), append(tt.args, "--dir="+t.TempDir()), io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v does not say %q", err, tt.want)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), nil, io.Discard, &out); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("error %v", err)
	}
	for _, command := range []string{"up", "down", "build", "images", "status", "node-kill N", "node-start N", "CLUSTER_DIR"} {
		if !strings.Contains(out.String(), command) {
			t.Errorf("usage does not name %s", command)
		}
	}
}

func TestOneCommandAtATime(t *testing.T) {
	c := newCluster(options{}, io.Discard)
	c.layout.Dir = filepath.Join(t.TempDir(), "new")
	err := c.locked(func() error {
		err := c.locked(func() error { t.Error("two at a time"); return nil })
		var failure *progress.Failure
		if !errors.As(err, &failure) || failure.Advice == "" {
			t.Errorf("error %v gives no advice", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	ran := false
	if err := c.locked(func() error { ran = true; return nil }); err != nil || !ran {
		t.Errorf("the lock was not given back: %v", err)
	}
}

func TestExplain(t *testing.T) {
	log := filepath.Join(t.TempDir(), "build.log")
	if err := os.WriteFile(log, []byte("$ go build\nmain.go:1: broken\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		err  error
		want []string
	}{
		"a build":   {&build.Error{Name: "etcd", Log: log, Err: errors.New("exit status 1")}, []string{"ERROR: build etcd: exit status 1", log, "main.go:1: broken", "next: "}},
		"a failure": {&progress.Failure{Err: errors.New("not ready"), Detail: "pod p: crashed", Advice: "look at it"}, []string{"pod p: crashed", "ERROR: not ready", "next: look at it"}},
		"any":       {context.Canceled, []string{"ERROR: context canceled"}},
	} {
		var out strings.Builder
		explain(&out, tt.err)
		for _, part := range tt.want {
			if !strings.Contains(out.String(), part) {
				t.Errorf("%s: %q lacks %q", name, out.String(), part)
			}
		}
	}
}

func TestPinnedVersionsAreThoseOfTheSources(t *testing.T) {
	k := kubernetes()
	if got := k.StagingReplaces(k.Version); "v1."+strings.TrimPrefix(got, "v0.") != kubernetesVersion {
		t.Errorf("staging modules at %s do not belong to Kubernetes %s", got, kubernetesVersion)
	}
	if strings.Contains(k.Source, "go:build") {
		t.Error("the source of Kubernetes' program would be left out of its own build")
	}
	text, err := os.ReadFile("kubernetes/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range kubernetesNames {
		if !strings.Contains(string(text), `"`+name+`"`) {
			t.Errorf("kubernetes/main.go does not answer to %s", name)
		}
	}
}
