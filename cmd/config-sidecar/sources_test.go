package main

import (
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

func TestSourcesOf(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"server":       {nil, []string{"configmaps", "servicemonitors", "podmonitors", "probes", "scrapeconfigs", "prometheusrules"}},
		"no objects":   {[]string{"--objects=none"}, []string{"configmaps"}},
		"some objects": {[]string{"--objects=PrometheusRule,AlertmanagerConfig"}, []string{"configmaps", "prometheusrules"}},
		"namespaces":   {[]string{"--namespaces=a,b", "--objects=Probe"}, []string{"configmaps/a", "configmaps/b", "probes/a", "probes/b"}},
		"secrets":      {[]string{"--secret-namespaces=vault", "--objects=none"}, []string{"configmaps", "secrets/vault"}},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := build(t, c.args...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range in.sources {
				got = append(got, s.Status().Name)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func build(t *testing.T, args ...string) (*inputs, error) {
	t.Helper()
	f, err := parse(append(args, "--live-dir=x"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	api, err := connect(kubeconfig(t, "http://127.0.0.1:1"))
	if err != nil {
		t.Fatal(err)
	}
	return f.sources.build(t.Context(), api, f, slog.New(slog.DiscardHandler))
}

func TestSourceFlagsRefuse(t *testing.T) {
	for want, arg := range map[string]string{
		"there is no kind Service":    "--objects=Service",
		"write KIND=SELECTOR":         "--object-selector=team=a",
		"--object-selector=Probe=a b": "--object-selector=Probe=a b",
		"write NAMESPACE/NAME":        "--workload=monitoring",
	} {
		if _, err := build(t, arg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", arg, err)
		}
	}
}

func TestKindsOfTheNeighbour(t *testing.T) {
	for forWhom, want := range map[string]int{"server": 5, "alertmanager": 1, "grafana": 0} {
		kinds, err := (&sourceFlags{objects: "all"}).kinds(forWhom)
		if err != nil || len(kinds) != want {
			t.Errorf("%s: %v, %v", forWhom, kinds, err)
		}
	}
	kinds, err := (&sourceFlags{objects: "all"}).kinds("alertmanager")
	if err != nil || kinds[0] != operatorobjects.AlertmanagerConfig {
		t.Errorf("got %v, %v", kinds, err)
	}
}
