package manifest

import (
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

const two = `# a comment
apiVersion: v1
kind: ConfigMap
metadata:
  name: one
  namespace: team
data:
  rules.yaml: |
    groups:
    - name: a
  short: "x"
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: other}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: two
data:
  text: |
    first
    ---
    third
`

func TestDecode(t *testing.T) {
	objects, err := Decode("f.yaml", []byte(two))
	if err != nil {
		t.Fatal(err)
	}
	if len(objects) != 2 || objects[0].Name != "one" || objects[1].Name != "two" {
		t.Fatalf("got %+v", objects)
	}
	if ns := objects[1].Namespace; ns != "default" {
		t.Errorf("namespace %q", ns)
	}
	lines := []struct {
		object    int
		key       string
		line      int
		want      int
		wantStart string
	}{
		{0, "rules.yaml", 1, 9, "    groups:"},
		{0, "rules.yaml", 2, 10, "    - name: a"},
		{0, "short", 1, 11, "  short:"},
		{0, "", 0, 2, "apiVersion: v1"},
		{1, "text", 3, 25, "    third"},
	}
	text := strings.Split(two, "\n")
	for _, l := range lines {
		p := dropin.Problem{Ref: dropin.Ref{Key: l.key}, Line: l.line}
		got := objects[l.object].Line(p)
		if got != l.want || !strings.HasPrefix(text[got-1], l.wantStart) {
			t.Errorf("%s line %d is line %d of the file, want %d", l.key, l.line, got, l.want)
		}
	}
}

func TestDecodeGoesOnAfterABrokenDocument(t *testing.T) {
	objects, err := Decode("f.yaml", []byte("kind: ConfigMap\n\tbad\n---\n"+two+"---\na: [\n"))
	if len(objects) != 2 {
		t.Errorf("got %d objects", len(objects))
	}
	if err == nil || !strings.Contains(err.Error(), "f.yaml: yaml: line 2") {
		t.Errorf("got error %v", err)
	}
}

func TestDecodeJSONAndLists(t *testing.T) {
	for name, data := range map[string]string{
		"list":  `{"kind":"List","items":[{"kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}},{"kind":"Pod"}]}`,
		"typed": `{"kind":"ConfigMapList","items":[{"metadata":{"name":"a"},"binaryData":{"k":"dg=="}}]}`,
		"json":  "{\n\t\"kind\": \"ConfigMap\",\n\t\"metadata\": {\"name\": \"a\"}\n}",
	} {
		objects, err := Decode(name, []byte(data))
		if err != nil || len(objects) != 1 || objects[0].Name != "a" {
			t.Errorf("%s: %+v, %v", name, objects, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{"kind: ConfigMap\n", "f:1: a ConfigMap has no name"},
		{"\n---\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: 1}\n", "f:3: ConfigMap: json"},
		{"kind: ConfigMap\nmetadata: {name: a}\ndata: {1: a}\ndata: {2: a}\n", "already defined"},
	} {
		objects, err := Decode("f", []byte(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) || len(objects) != 0 {
			t.Errorf("%q: %+v, %v", c.data, objects, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(two))
	f.Fuzz(func(t *testing.T, data []byte) {
		objects, _ := Decode("f", data)
		for _, o := range objects {
			if o.ConfigMap == nil || o.Name == "" {
				t.Errorf("an object without a name: %+v", o)
			}
		}
	})
}
