package main

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

func TestParse(t *testing.T) {
	f, err := parse([]string{"--live-dir=/data/drop-ins", "--namespaces=a, b,,c"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if f.liveDir != "/data/drop-ins" || f.listen != ":9096" || f.forWhom != "server" ||
		f.neighbour.reloadURL != "unix:///run/kube-monitoring-stack/reload.sock" {
		t.Errorf("got %+v", f)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, list(f.namespaces)); diff != "" {
		t.Error(diff)
	}
	if got := list(""); got != nil {
		t.Errorf("an empty list has %v", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		"--live-dir":               {},
		"--for=grafana needs":      {"--for=grafana", "--live-dir=x", "--publish-dir=x"},
		"--for=alertmanager needs": {"--for=alertmanager", "--live-dir=x", "--base-config=x"},
		"try --help":               {"--live-dir=x", "--nonsense"},
	} {
		if _, err := parse(args, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestHelpIsPrintedOnce(t *testing.T) {
	var out strings.Builder
	if _, err := parse([]string{"--help"}, &out); !errors.Is(err, errHelp) {
		t.Errorf("got %v", err)
	}
	if n := strings.Count(out.String(), "Examples:"); n != 1 {
		t.Errorf("%d times", n)
	}
}

func TestSelectors(t *testing.T) {
	for forWhom, want := range map[string][]string{
		forServer:       {"rules", "scrape", "ruels", "", "dashboard", "grafana_dashboard=1", "grafana_dashboard=true"},
		forAlertmanager: {"alertmanager"},
		forGrafana:      {"dashboard", "datasource", "grafana_dashboard=1", "grafana_dashboard=true", "grafana_datasource=1"},
	} {
		var selectors []labels.Selector
		for _, s := range selectorsOf(forWhom) {
			selector, err := labels.Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			selectors = append(selectors, selector)
		}
		for _, label := range []string{
			"rules", "scrape", "ruels", "", "dashboard", "datasource", "alertmanager",
			"app=x", "grafana_dashboard=1", "grafana_dashboard=true", "grafana_dashboard=false", "grafana_datasource=1",
		} {
			set := labels.Set{dropin.Label: label}
			if key, value, ok := strings.Cut(label, "="); ok {
				set = labels.Set{key: value}
			}
			got := slices.ContainsFunc(selectors, func(s labels.Selector) bool { return s.Matches(set) })
			if got != slices.Contains(want, label) {
				t.Errorf("%s, %v: %v", forWhom, set, got)
			}
		}
	}
}
