package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPlan(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "cmd", "monitoring-server"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "cmd", "monitoring-server", "main.go"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	jobs, unwritten, err := plan([]string{
		"ghcr.io/kube-monitoring-stack/monitoring-server:0.1.0",
		"ghcr.io/kube-monitoring-stack/kmon:0.1.0",
		"prom/alertmanager:v0.34.2",
	}, root)
	if err != nil {
		t.Fatal(err)
	}
	if len(unwritten) != 1 || unwritten[0] != "kmon" {
		t.Errorf("unwritten %q, want kmon", unwritten)
	}
	if len(jobs) != 2 {
		t.Fatalf("%d jobs, want 2", len(jobs))
	}
	if l := jobs[0].local(root); l.Package != "./cmd/monitoring-server" || l.OS != "linux" {
		t.Errorf("the server is built as %+v", l)
	}
	// As containerd stores it, and at the version that the chart says.
	if jobs[1].full != "docker.io/prom/alertmanager:v0.34.2" || jobs[1].program().Version != "v0.34.2" {
		t.Errorf("alertmanager is %s, built at %s", jobs[1].full, jobs[1].program().Version)
	}
}

// Every image that some values file of the chart names can be made here, but Grafana's
// and that of Windows nodes.
func TestRecipesOfEveryImage(t *testing.T) {
	values, err := os.ReadFile("../../charts/kube-monitoring-stack/values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var images int
	for line := range strings.Lines(string(values)) {
		_, repository, found := strings.Cut(strings.TrimSpace(line), "repository: ")
		if !found {
			continue
		}
		images++
		name := filepath.Base(repository)
		if _, known := recipes()[name]; !known && name != "grafana" && name != "windows-exporter" {
			t.Errorf("no recipe for %s", repository)
		}
	}
	if images < 8 {
		t.Errorf("only %d images found in the values", images)
	}
}

func TestPlanRefuses(t *testing.T) {
	for ref, why := range map[string]string{
		"example.com/unknown:1":           "does not say how to build unknown",
		"quay.io/prometheus/alertmanager": "tag",
		"quay.io/prometheus/alertmanager:v1@sha256:" + strings.Repeat("a", 64): "tag",
		"Not A Reference": "Not A Reference",
	} {
		if _, _, err := plan([]string{ref}, t.TempDir()); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: error %v does not say %q", ref, err, why)
		}
	}
}
