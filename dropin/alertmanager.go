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
		want, name := yaml.SequenceNode, "list"
		if key.Value == "route" {
			want, name = yaml.MappingNode, "mapping"
		}
		if value.Kind != want && !isNull(value) {
			problems = append(problems, Problem{
				Line: placeLine(key, value), Code: CodeWrongType,
				Message: fmt.Sprintf("%s is not a %s", quote(key.Value), name),
			})
		}
	}
	return it.Data, problems
}
