package rules

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed peer.yaml
var peerText []byte

// answer is where the question of something of kube-prometheus-stack's is answered
// here, and why not by the same name or not at all.
type answer struct {
	// Here are groups and, with "dashboard " before the name, dashboards; of alerts,
	// alerts; of dashboards, dashboards.
	Here []string
	Why  string
}

// peer is what kube-prometheus-stack brings, as peer.yaml lists it.
type peer struct {
	Groups map[string]struct {
		// Alerts are the names of its alerts.
		Alerts []string
		// Records is how many it records.
		Records int
		Here    []string
	}
	Dashboards map[string]answer
	// Alerts are those that have another name here.
	Alerts map[string]answer
}

func readPeer() (p peer, err error) {
	d := yaml.NewDecoder(strings.NewReader(string(peerText)))
	d.KnownFields(true)
	if err = d.Decode(&p); err != nil {
		err = fmt.Errorf("peer.yaml: %w", err)
	}
	return p, err
}

// renamed is the part of the table of alerts for people whose routes and silences
// name the alerts of kube-prometheus-stack.
func renamed() (string, error) {
	p, err := readPeer()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("\n## Coming from kube-prometheus-stack\n\nAlerts have the same names here, so routes and silences go on to fit. These have another:\n\n" +
		"| There | Here | Why |\n| --- | --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(p.Alerts)) {
		a := p.Alerts[name]
		here := "none"
		if len(a.Here) > 0 {
			here = strings.Join(a.Here, ", ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, here, a.Why)
	}
	return b.String(), nil
}
