package helm

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// schemas writes the JSON schemas of a version of Kubernetes, one file for each
// kind, as kubeconform wants them, and returns the folder. They are made from the
// OpenAPI document in Kubernetes' own module: nothing else is downloaded.
func schemas(t *testing.T, version string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", "k8s.io/kubernetes@"+version)
	cmd.Dir = t.TempDir() // outside of any module
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go mod download k8s.io/kubernetes@%s: %v\n%s", version, err, out)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(module.Dir, "api", "openapi-spec", "swagger.json"))
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Definitions map[string]map[string]any }
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	for _, definition := range document.Definitions {
		strict(definition)
	}
	dir := t.TempDir()
	for name, definition := range document.Definitions {
		kinds, _ := definition["x-kubernetes-group-version-kind"].([]any)
		if len(kinds) != 1 { // options of requests have many
			continue
		}
		schema, err := json.Marshal(map[string]any{
			"$ref": "#/definitions/" + name, "definitions": reachable(document.Definitions, name),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fileName(kinds[0].(map[string]any))), schema, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// fileName is by kubeconform's rule: the kind, the first part of its group, its version.
func fileName(kind map[string]any) string {
	group, _, _ := strings.Cut(kind["group"].(string), ".")
	parts := []string{kind["kind"].(string), group, kind["version"].(string)}
	if group == "" {
		parts = []string{parts[0], parts[2]}
	}
	return strings.ToLower(strings.Join(parts, "-")) + ".json"
}

// strict refuses fields that a kind does not have, and says in JSON Schema's words
// what OpenAPI has words of its own for.
func strict(definition map[string]any) {
	if _, ok := definition["properties"]; ok && definition["additionalProperties"] == nil {
		definition["additionalProperties"] = false
	}
	if format := definition["format"]; format == "int-or-string" {
		delete(definition, "type")
		definition["anyOf"] = []any{map[string]any{"type": "string"}, map[string]any{"type": "integer"}}
	}
	delete(definition, "format") // checked by no one, and unknown to some
	for _, value := range definition {
		switch value := value.(type) {
		case map[string]any:
			strict(value)
		case []any:
			for _, v := range value {
				if m, ok := v.(map[string]any); ok {
					strict(m)
				}
			}
		}
	}
}

// reachable are the definitions that one leads to, itself included.
func reachable(all map[string]map[string]any, name string) map[string]any {
	out := map[string]any{}
	var visit func(string)
	var refs func(any)
	refs = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				visit(strings.TrimPrefix(ref, "#/definitions/"))
			}
			for _, value := range v {
				refs(value)
			}
		case []any:
			for _, value := range v {
				refs(value)
			}
		}
	}
	visit = func(name string) {
		if out[name] != nil {
			return
		}
		// A quantity may be written as a number, which OpenAPI does not say.
		if strings.HasSuffix(name, ".resource.Quantity") {
			out[name] = map[string]any{"anyOf": []any{map[string]any{"type": "string"}, map[string]any{"type": "number"}}}
			return
		}
		out[name] = all[name]
		refs(all[name])
	}
	visit(name)
	return out
}

func TestFileName(t *testing.T) {
	for want, kind := range map[string]map[string]any{
		"deployment-apps-v1.json":          {"group": "apps", "version": "v1", "kind": "Deployment"},
		"networkpolicy-networking-v1.json": {"group": "networking.k8s.io", "version": "v1", "kind": "NetworkPolicy"},
		"service-v1.json":                  {"group": "", "version": "v1", "kind": "Service"},
	} {
		if got := fileName(kind); got != want {
			t.Errorf("%s, want %s", fmt.Sprint(kind), want)
		}
	}
}
