package main

import (
	"errors"
	"io"
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
		f.reloadURL != "unix:///run/kube-monitoring-stack/reload.sock" {
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
		"use --for=server":         {"--for=grafana", "--live-dir=x"},
		"this version serves the ": {"--for=alertmanager", "--live-dir=x"},
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

func TestSelector(t *testing.T) {
	s, err := labels.Parse(selector)
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]bool{"rules": true, "scrape": true, "ruels": true, "": true, "dashboard": false, "datasource": false, "alertmanager": false} {
		if got := s.Matches(labels.Set{dropin.Label: value}); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
	if s.Matches(labels.Set{"app": "x"}) {
		t.Error("selects what is no drop-in")
	}
}
