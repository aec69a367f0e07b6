package values

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// shapeKey is what `@schema {shape: image}` refers to a shape by.
const shapeKey = "shape"

// Shapes are maps of values that a chart has in several places, such as an
// image, by name: described once, in the form of values.yaml.
type Shapes map[string]*Value

// ParseShapes reads a file of shapes.
func ParseShapes(data []byte) (Shapes, error) {
	tree, err := Parse(data, nil)
	if err != nil {
		return nil, err
	}
	shapes := Shapes{}
	for _, v := range tree {
		if len(v.Children) == 0 {
			return nil, fmt.Errorf("%s is no map of described values", v.Name)
		}
		shapes[v.Name] = v
	}
	return shapes, nil
}

// give makes v, whose default is the map node, a value of the shape that its
// schema names. It has the keys of the shape, neither more nor fewer, so that
// values.yaml shows everything that can be set.
func (s Shapes) give(v *Value, node *yaml.Node) error {
	name, _ := v.Schema[shapeKey].(string)
	shape := s[name]
	if shape == nil {
		return fmt.Errorf("there is no shape %q", name)
	}
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("is no map, as the shape %s is", name)
	}
	v.Shape = name
	defaults := map[string]*yaml.Node{}
	for i := 0; i < len(node.Content); i += 2 {
		defaults[node.Content[i].Value] = node.Content[i+1]
	}
	for _, field := range shape.Children {
		node, ok := defaults[field.Name]
		if !ok {
			return fmt.Errorf("lacks %s of the shape %s", field.Name, name)
		}
		delete(defaults, field.Name)
		c := *field
		c.Path, c.Default = v.Path+"."+field.Name, node
		v.Children = append(v.Children, &c)
	}
	for key := range defaults {
		return fmt.Errorf("has %s, which the shape %s does not", key, name)
	}
	return nil
}
