package tests

import (
	"os"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/migrate"
)

// What kmon migrate writes, the chart takes: its schema knows each value.
func TestMigratedValuesAreTaken(t *testing.T) {
	raw, err := os.ReadFile("../../../internal/migrate/testdata/old.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var old map[string]any
	if err := yaml.Unmarshal(raw, &old); err != nil {
		t.Fatal(err)
	}
	plan := migrate.FromValues(old, migrate.Release{Namespace: "monitoring"})
	o := render.DefaultOptions(chartDir)
	o.Values = plan.Values
	if _, err := render.Render(t.Context(), o); err != nil {
		text, _ := yaml.Marshal(plan.Values)
		t.Errorf("%v\n%s", err, text)
	}
}
