package values

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// SchemaOptions are what a schema says beside the values.
type SchemaOptions struct {
	// Title is the schema's.
	Title string
	// Shapes are those that the tree was parsed with.
	Shapes Shapes
	// Subcharts are names that Helm puts among the values, each a map with
	// nothing in it but what is global, before it looks at the schema.
	Subcharts []string
	// Moved are keys at the top that other charts of the field have, and where
	// the same is set here. Who uses one is told.
	Moved map[string]string
}

// Schema returns the JSON schema that allows the values of tree and no others.
func Schema(tree []*Value, o SchemaOptions) ([]byte, error) {
	s, err := objectSchema(tree)
	if err != nil {
		return nil, err
	}
	definitions := map[string]any{}
	for name, shape := range o.Shapes {
		if definitions[name], err = objectSchema(shape.Children); err != nil {
			return nil, fmt.Errorf("shape %s: %w", name, err)
		}
	}
	s["definitions"] = definitions
	props := s["properties"].(map[string]any)
	for _, name := range o.Subcharts {
		props[name] = map[string]any{
			"description": "Not to be set.", "type": "object", "additionalProperties": false,
			"properties": map[string]any{"global": map[string]any{"type": "object"}},
		}
	}
	s["propertyNames"] = names(slices.Concat(slices.Collect(maps.Keys(props)), slices.Collect(maps.Keys(o.Moved))))
	for key, advice := range o.Moved {
		// Helm prints the one allowed value when it refuses all others.
		props[key] = map[string]any{"enum": []string{advice}}
	}
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = o.Title
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(s); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// objectSchema refuses unknown keys twice: additionalProperties is what editors
// read, and of propertyNames Helm tells which names there are.
func objectSchema(vs []*Value) (map[string]any, error) {
	props := map[string]any{}
	for _, v := range vs {
		s, err := v.schema()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.Path, err)
		}
		props[v.Name] = s
	}
	return map[string]any{
		"type": "object", "additionalProperties": false, "properties": props,
		"propertyNames": names(slices.Collect(maps.Keys(props))),
	}, nil
}

func names(keys []string) map[string]any {
	slices.Sort(keys)
	return map[string]any{"enum": keys}
}

func (v *Value) schema() (map[string]any, error) {
	if v.Shape != "" {
		return map[string]any{"$ref": "#/definitions/" + v.Shape}, nil
	}
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
