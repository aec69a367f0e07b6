package rules

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
)

// Whatever kube-prometheus-stack asks is asked here: each of its groups by groups or
// dashboards that exist, each of its alerts by the same name or by one that is listed,
// each of its dashboards by one of ours, and where not, the reason is said.
func TestPeersQuestionsAreAnswered(t *testing.T) {
	p, err := readPeer()
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]bool{}
	alerts := map[string]bool{}
	for _, f := range files(t) {
		for _, g := range f.Groups {
			ours[g.Name] = true
			for _, r := range g.Rules {
				alerts[r.Alert] = true
			}
		}
	}
	for uid := range dashboardUIDs(t) {
		ours["dashboard "+strings.TrimPrefix(uid, "kube-monitoring-")] = true
	}
	known := func(what string, here []string, there map[string]bool, prefix string) {
		for _, name := range here {
			if !there[prefix+name] {
				t.Errorf("%s is said to be answered by %q, which does not exist", what, name)
			}
		}
	}

	asked, same := 0, 0
	var other []string
	for name, g := range p.Groups {
		if len(g.Here) == 0 || len(g.Alerts)+g.Records == 0 {
			t.Errorf("the group %s asks nothing or is answered by nothing", name)
		}
		known("the group "+name, g.Here, ours, "")
		for _, alert := range g.Alerts {
			asked++
			_, listed := p.Alerts[alert]
			switch {
			case alerts[alert] && listed:
				t.Errorf("the alert %s has its own name here and is in the list of those with another", alert)
			case alerts[alert]:
				same++
			case listed:
				other = append(other, alert)
			default:
				t.Errorf("the alert %s of the group %s has no equal here, and peer.yaml does not say why", alert, name)
			}
		}
	}
	none := 0
	for name, a := range p.Alerts {
		known("the alert "+name, a.Here, alerts, "")
		if !slices.Contains(other, name) {
			t.Errorf("the alert %s is in no group", name)
		}
		if len(a.Here) == 0 {
			none++
			if a.Why == "" {
				t.Errorf("the alert %s has no equal here, and peer.yaml does not say why", name)
			}
		}
	}
	left := 0
	for name, a := range p.Dashboards {
		known("the dashboard "+name, a.Here, ours, "dashboard ")
		if len(a.Here) == 0 {
			left++
			if a.Why == "" {
				t.Errorf("the dashboard %s has no equal here, and peer.yaml does not say why", name)
			}
		}
	}
	t.Logf("kube-prometheus-stack: %d groups, all answered; %d alerts, %d by the same name, %d by another, %d not, with a reason; %d dashboards, %d answered, %d not, with a reason",
		len(p.Groups), asked, same, len(other)-none, none, len(p.Dashboards), len(p.Dashboards)-left, left)
	if len(p.Groups) < 37 || asked < 130 || len(p.Dashboards) < 35 {
		t.Error("peer.yaml has lost something")
	}
}

// dashboardUIDs are the uids of the dashboards in the chart.
func dashboardUIDs(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	const dir = "charts/kube-monitoring-stack/charts/content/dashboards"
	paths, err := fs.Glob(project, path.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		data, err := fs.ReadFile(project, p)
		if err != nil {
			t.Fatal(err)
		}
		var d struct{ UID string }
		if err := json.Unmarshal(data, &d); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		out[d.UID] = true
	}
	return out
}
