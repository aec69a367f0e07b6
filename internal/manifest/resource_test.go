package manifest

import (
	"bytes"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

const others = `# a comment
groups: []
---
apiVersion: v1
kind: Secret
metadata:
  name: am
  namespace: team
stringData:
  am.yaml: |
    route: {}
data:
  x.tmpl: eA==
---
kind: List
items:
- apiVersion: monitoring.coreos.com/v1
  kind: PrometheusRule
  metadata: {name: r}
  spec:
    groups:
    - name: g
      rules:
      - expr: up
- kind: ConfigMap
  metadata: {name: c}
---
- a list
---
{broken
`

func TestResources(t *testing.T) {
	got := Resources("f.yaml", []byte(others))
	if len(got) != 3 {
		t.Fatalf("got %+v", got)
	}
	if got[0].Kind != "" || got[0].Content["groups"] == nil || got[0].Line != 2 {
		t.Errorf("the rule file is %+v", got[0])
	}
	secret, err := got[1].SecretAsConfigMap()
	if err != nil || secret.Data["am.yaml"] != "route: {}\n" || string(secret.BinaryData["x.tmpl"]) != "x" {
		t.Fatalf("%+v, %v", secret, err)
	}
	if line := secret.Line(dropin.Problem{Ref: dropin.Ref{Key: "am.yaml"}, Line: 1}); line != 11 {
		t.Errorf("its value is at line %d", line)
	}
	rule := got[2]
	if rule.Kind != "PrometheusRule" || rule.Namespace != "default" || rule.Line != 17 {
		t.Errorf("got %+v", rule)
	}
	for path, want := range map[string]int{"spec": 21, "spec.groups[0].rules[0].expr": 24, "spec.groups[7]": 22, "": 17} {
		if got := rule.LineOf(path); got != want {
			t.Errorf("%q is at line %d, want %d", path, got, want)
		}
	}
	if _, err := rule.SecretAsConfigMap(); err == nil {
		t.Error("a rule is a Secret")
	}
}

// FuzzResources: whatever a file holds, the objects in it have lines within it, and a
// Secret is a ConfigMap or an error.
func FuzzResources(f *testing.F) {
	f.Add([]byte(others))
	f.Add([]byte(two))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, r := range Resources("f", data) {
			lines := 1
			for _, end := range []string{"\n", "\r", "\u0085", "\u2028", "\u2029"} { // what ends a line in YAML
				lines += bytes.Count(data, []byte(end))
			}
			for _, path := range []string{"", "metadata.name", "spec.groups[0].rules[0]", "a[", "[9]"} {
				if line := r.LineOf(path); line < 1 || line > lines {
					t.Errorf("%q is in line %d of %d", path, line, lines)
				}
			}
			if o, err := r.SecretAsConfigMap(); err == nil && o.ConfigMap == nil {
				t.Error("neither an object nor an error")
			}
		}
	})
}
