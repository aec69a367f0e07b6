package values

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"

	"go.yaml.in/yaml/v3"
)

// Schema returns the JSON schema that allows the values of tree and no others.
// Helm puts a map for each subchart among the values before it looks at the
// schema, with nothing in it but the values that are global.
func Schema(tree []*Value, subcharts ...string) ([]byte, error) {
	s, err := objectSchema(tree)
	if err != nil {
		return nil, err
	}
	for _, name := range subcharts {
		s["properties"].(map[string]any)[name] = map[string]any{
			"description": "Not to be set.", "type": "object", "additionalProperties": false,
			"properties": map[string]any{"global": map[string]any{"type": "object"}},
		}
	}
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = "Values of kube-monitoring-stack"
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(s); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func objectSchema(vs []*Value) (map[string]any, error) {
	props := map[string]any{}
	for _, v := range vs {
		s, err := v.schema()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.Path, err)
		}
		props[v.Name] = s
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": props}, nil
}

func (v *Value) schema() (map[string]any, error) {
	if len(v.Children) > 0 {
		return objectSchema(v.Children)
	}
	s := map[string]any{"description": v.Description}
	t, err := typeOf(v.Default)
	if err != nil {
		return nil, err
	}
	s["type"] = t
	maps.Copy(s, v.Schema)
	return s, nil
}

func typeOf(n *yaml.Node) (string, error) {
	switch n.Kind {
	case yaml.MappingNode:
		return "object", nil
	case yaml.SequenceNode:
		return "array", nil
	}
	switch n.ShortTag() {
	case "!!str":
		return "string", nil
	case "!!bool":
		return "boolean", nil
	case "!!int":
		return "integer", nil
	case "!!float":
		return "number", nil
	}
	return "", fmt.Errorf("its default %q has no type that can be told; give it one", n.Value)
}
