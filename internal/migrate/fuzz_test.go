package migrate

import (
	"os"
	"testing"

	"sigs.k8s.io/yaml"
)

// FuzzFromValues: whatever values hold, they make a plan that can be written, and
// what is left has a reason.
func FuzzFromValues(f *testing.F) {
	data, err := os.ReadFile("testdata/old.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("prometheus: {prometheusSpec: {remoteWrite: [{url: x, basicAuth: {username: {name: a, key: b}}}]}}"))
	f.Add([]byte("grafana: {dashboards: {a: {b: {json: '{'}}}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var values map[string]any
		if yaml.Unmarshal(data, &values) != nil {
			return
		}
		p := FromValues(values, Release{Namespace: "monitoring"})
		if _, err := yaml.Marshal(p.Values); err != nil {
			t.Fatal(err)
		}
		for _, o := range p.DropIns {
			if _, err := yaml.Marshal(o); err != nil {
				t.Fatal(err)
			}
		}
		for _, l := range p.Left {
			if l.Path == "" || l.Why == "" {
				t.Fatalf("%+v", l)
			}
		}
	})
}
