package dropin

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// checkAlertmanager validates the outline of an Alertmanager fragment: the
// sections that a team may add and their types. What global settings are is
// the platform team's.
func checkAlertmanager(it Item) ([]byte, []Problem) {
	root, problems := document(it.Data)
	if root == nil {
		return nil, problems
	}
	problems = append(problems, sections(root, KindAlertmanager, []string{"route", "receivers", "inhibit_rules", "time_intervals", "templates"})...)
	for key, value := range pairs(root) {
		var wrong bool
		switch key.Value {
		case "route":
			wrong = value.Kind != yaml.MappingNode
		case "receivers", "inhibit_rules", "time_intervals", "templates":
			wrong = value.Kind != yaml.SequenceNode
		}
		if wrong && !isNull(value) {
			problems = append(problems, Problem{
				Line: placeLine(key, value), Code: CodeWrongType,
				Message: fmt.Sprintf("%s has the wrong type", quote(key.Value)),
				Remedy:  "The route is a mapping, all else are lists.",
			})
		}
	}
	return it.Data, problems
}
