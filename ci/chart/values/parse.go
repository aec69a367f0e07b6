// Package values reads a chart's values.yaml with its comments, and makes the
// schema and the documentation that belong to it.
//
// A value is described by the comment lines above it:
//
//	# -- What it does, in one or more lines.
//	# @schema {enum: [a, b]}
//
// The type follows from the default. `@schema` adds to it, in YAML, whatever JSON
// Schema knows, or names the shape of a map that is described elsewhere:
//
//	# @schema {shape: image}
package values

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Value is one value or a map of values.
type Value struct {
	// Path is its place: "server.image.tag".
	Path string
	// Name is the last part of Path.
	Name string
	// Description is empty for maps that only group others.
	Description string
	// Shape is the name of the shape that a map has, empty for none.
	Shape string
	// Schema is what @schema says beyond the type.
	Schema map[string]any
	// Default is the YAML node of the default.
	Default *yaml.Node
	// Children are the values of a map that has any; a map without is a leaf,
	// whose keys are its user's.
	Children []*Value
}

// Parse reads values.yaml.
func Parse(data []byte, shapes Shapes) ([]*Value, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("is no map")
	}
	return shapes.parseMap("", doc.Content[0])
}

func (s Shapes) parseMap(prefix string, m *yaml.Node) ([]*Value, error) {
	var vs []*Value
	for i := 0; i < len(m.Content); i += 2 {
		key, node := m.Content[i], m.Content[i+1]
		v := &Value{Path: prefix + key.Value, Name: key.Value, Default: node}
		if err := v.parseComment(key.HeadComment); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Path, err)
		}
		// A map with a description is one value, though its default has keys.
		switch {
		case v.Schema[shapeKey] != nil:
			if err := s.give(v, node); err != nil {
				return nil, fmt.Errorf("%s: %w", v.Path, err)
			}
		case node.Kind == yaml.MappingNode && len(node.Content) > 0 && v.Description == "":
			children, err := s.parseMap(v.Path+".", node)
			if err != nil {
				return nil, err
			}
			v.Children = children
		case v.Description == "":
			return nil, fmt.Errorf("%s (line %d) lacks a description: write `# -- …` above it", v.Path, key.Line)
		}
		vs = append(vs, v)
	}
	return vs, nil
}

// parseComment takes the description and the schema from the lines above a key.
// What stands before an empty line belongs to the section, not to the key.
func (v *Value) parseComment(comment string) error {
	var description []string
	in := false
	for line := range strings.Lines(comment) {
		text := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "#"))
		switch {
		case strings.HasPrefix(text, "-- "):
			in, description = true, []string{strings.TrimPrefix(text, "-- ")}
		case strings.HasPrefix(text, "@schema "):
			in = false
			if err := yaml.Unmarshal([]byte(strings.TrimPrefix(text, "@schema ")), &v.Schema); err != nil {
				return fmt.Errorf("@schema: %w", err)
			}
		case in && text != "":
			description = append(description, text)
		default:
			in = false
		}
	}
	v.Description = strings.Join(description, " ")
	return nil
}
