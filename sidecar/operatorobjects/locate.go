package operatorobjects

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Locate tells problems that package dropin found in an item in terms that the
// object's owner understands. The lines are those of a file that the owner has
// never seen: each becomes the path of the field, which for rules is that of the
// object's own field.
func Locate(it dropin.Item, problems []dropin.Problem) []dropin.Problem {
	out := slices.Clone(problems)
	var root yaml.Node
	if err := yaml.Unmarshal(it.Data, &root); err != nil {
		return out // that it does not parse is what the problems are about
	}
	for i := range out {
		if path := pathOf(&root, out[i].Line, ""); out[i].Line > 0 && path != "" {
			out[i].Message = where(it.Kind, path) + ": " + out[i].Message
		}
		out[i].Line = 0
	}
	return out
}

func where(kind dropin.Kind, path string) string {
	if kind == dropin.KindRules {
		return "spec" + path
	}
	return "in what is generated from it, " + path[1:]
}

// pathOf returns the path of the field that the line is in, with a dot first.
func pathOf(n *yaml.Node, line int, path string) string {
	switch n.Kind {
	case yaml.DocumentNode:
		return pathOf(n.Content[0], line, path)
	case yaml.MappingNode:
		for i := len(n.Content) - 2; i >= 0; i -= 2 {
			if key := n.Content[i]; key.Line <= line {
				return descend(n.Content[i+1], key.Line, line, path+"."+key.Value)
			}
		}
	case yaml.SequenceNode:
		for i := len(n.Content) - 1; i >= 0; i-- {
			if n.Content[i].Line <= line {
				return descend(n.Content[i], n.Content[i].Line, line, fmt.Sprintf("%s[%d]", path, i))
			}
		}
	}
	return path
}

// descend goes on below a node, unless what begins on the line is its key.
func descend(n *yaml.Node, begins, line int, path string) string {
	if n.Kind == yaml.ScalarNode || begins == line && n.Line > line {
		return path
	}
	return pathOf(n, line, path)
}
