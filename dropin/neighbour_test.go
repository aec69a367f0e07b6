package dropin_test

import (
	"encoding/json"
	"strings"
	"testing"

	yamlv2 "go.yaml.in/yaml/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// neighbourAccepts reads a checked drop-in as Alertmanager or Grafana does.
func neighbourAccepts(t *testing.T, c dropin.Checked, p dropin.Policy) {
	t.Helper()
	switch c.Kind {
	case dropin.KindAlertmanager:
		b, _ := dropin.Assemble([]dropin.Checked{c}, p)
		m, problems, err := dropin.NewAlertmanagerMerger(p).Merge(b, "templates")
		if err != nil {
			t.Fatalf("Alertmanager refuses what Check accepted: %v\n%s", err, c.Published)
		}
		for _, pr := range problems {
			// What only the other keys of the object tell.
			if !strings.Contains(pr.Message, "no good key") && !strings.Contains(pr.Message, "no file defines") {
				t.Fatalf("%v\n%s", pr, c.Published)
			}
		}
		if len(problems) == 0 && len(m.Config) == 0 {
			t.Fatal("nothing was merged")
		}
	case dropin.KindDashboard:
		d, err := dropin.ReadDashboard(c.Published)
		if err != nil || d.Title == "" || !json.Valid(c.Published) {
			t.Fatalf("%+v, %v\n%s", d, err, c.Published)
		}
	case dropin.KindDatasource:
		list, _, err := dropin.ReadDatasources(c.Published)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Datasources []struct{ Name string }
			Prune       bool
		}
		if err := yamlv2.Unmarshal(c.Published, &file); err != nil || !file.Prune || len(file.Datasources) != len(list) {
			t.Fatalf("%v, %d of %d datasources\n%s", err, len(file.Datasources), len(list), c.Published)
		}
	}
}
