package dropin

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// sections finds keys of the root that a kind does not have.
func sections(root *yaml.Node, kind Kind, names []string) []Problem {
	if root.Kind != yaml.MappingNode {
		return []Problem{{
			Line: root.Line, Code: CodeWrongType,
			Message: fmt.Sprintf("a drop-in of kind %s is a mapping", kind),
			Remedy:  fmt.Sprintf("Begin it with %q.", names[0]+":"),
		}}
	}
	var problems []Problem
	for key := range pairs(root) {
		if !slices.Contains(names, key.Value) {
			problems = append(problems, Problem{
				Line: key.Line, Code: CodeUnknownField,
				Message: "unknown field " + quote(key.Value),
				Remedy:  fmt.Sprintf("A drop-in of kind %s has %v.", kind, names),
			})
		}
	}
	return problems
}
