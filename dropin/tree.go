package dropin

import (
	"bytes"
	"iter"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// valueAt returns the value of a mapping's key, nil if there is none.
func valueAt(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// setValue sets a mapping's key.
func setValue(m *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			m.Content[i+1] = value
			return
		}
	}
	m.Content = append(m.Content, plain(key), value)
}

// child returns the node one step down, by key or index, nil if there is none.
func child(n *yaml.Node, step string) *yaml.Node {
	if n.Kind != yaml.SequenceNode {
		return valueAt(n, step)
	}
	i, err := strconv.Atoi(step)
	if err != nil || i < 0 || i >= len(n.Content) {
		return nil
	}
	return n.Content[i]
}

// lineOf returns the line of the deepest node on the path, whose steps are keys
// and indices.
func lineOf(n *yaml.Node, path ...string) int {
	line := n.Line
	for _, step := range path {
		below := child(n, step)
		if below == nil {
			return line
		}
		if key, value := pair(n, step); key != nil {
			line = placeLine(key, value)
		} else {
			line = below.Line
		}
		n = below
	}
	return line
}

func pair(m *yaml.Node, name string) (key, value *yaml.Node) {
	if m.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			return m.Content[i], m.Content[i+1]
		}
	}
	return nil, nil
}

// placeLine is the line to show for a key and its value: a scalar can be wrong
// in itself, of a collection the head is what people look for.
func placeLine(key, value *yaml.Node) int {
	if value.Kind == yaml.ScalarNode && value.Line > 0 && !isNull(value) {
		return value.Line
	}
	return key.Line
}

// notNull returns the elements that a decoder keeps: it drops null elements of
// a list, so indices in its result count the others only.
func notNull(list *yaml.Node) []*yaml.Node {
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	var out []*yaml.Node
	for _, n := range list.Content {
		if !isNull(n) {
			out = append(out, n)
		}
	}
	return out
}

func plain(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

func quoted(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s}
}

func listOf(nodes ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: nodes}
}

func mappingOf(nodes ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: nodes}
}

// encode writes a flat tree. All that was quoted or a block becomes double
// quoted, which is the one style that every value survives in, and flow
// collections become blocks. Plain scalars stay plain: what they mean depends
// on the reader's version of YAML, and the reader is the author's.
func encode(root *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(restyled(root)); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

func restyled(n *yaml.Node) *yaml.Node {
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style & yaml.TaggedStyle}
	if n.Kind == yaml.ScalarNode {
		wasPlain := n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
		switch {
		case isNull(n):
			out.Value = "null"
		case !wasPlain || strings.Contains(n.Value, "\n"):
			out.Style |= yaml.DoubleQuotedStyle
		}
	}
	for _, c := range n.Content {
		out.Content = append(out.Content, restyled(c))
	}
	return out
}

// pairs yields the keys and values of a mapping, in the author's order.
func pairs(m *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(key, value *yaml.Node) bool) {
		if m == nil || m.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(m.Content); i += 2 {
			if !yield(m.Content[i], m.Content[i+1]) {
				return
			}
		}
	}
}

// scalars yields all scalars of a flat tree, keys too.
func scalars(n *yaml.Node) iter.Seq[*yaml.Node] {
	return func(yield func(*yaml.Node) bool) { eachScalar(n, yield) }
}

func eachScalar(n *yaml.Node, yield func(*yaml.Node) bool) bool {
	if n.Kind == yaml.ScalarNode {
		return yield(n)
	}
	for _, c := range n.Content {
		if !eachScalar(c, yield) {
			return false
		}
	}
	return true
}

// text returns a scalar of a mapping, empty if there is none.
func text(m *yaml.Node, key string) string {
	if n := valueAt(m, key); n != nil && n.Kind == yaml.ScalarNode && !isNull(n) {
		return n.Value
	}
	return ""
}
