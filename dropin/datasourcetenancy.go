package dropin

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// expansion is what Grafana replaces in provisioning files: variables of its
// environment and, by $__file, the content of files.
const expansion = `\$(\{|__|[a-zA-Z_])`

// checkTenantDatasource keeps a tenant from Grafana's secrets, which are in its
// environment, and from deleting what others provided.
func checkTenantDatasource(root, list *yaml.Node) []Problem {
	var problems []Problem
	for _, ds := range list.Content {
		if organization(ds) != "1" {
			problems = append(problems, Problem{
				Line: lineOf(ds, "orgId"), Code: CodeForeignOrganization,
				Message: "the datasource is for organization " + quote(organization(ds)),
				Remedy:  "Leave orgId out: Grafana provisions no datasource at all if it has no such organization. " + remedyTrust,
			})
		}
	}
	for _, name := range []string{"deleteDatasources", "prune"} {
		if key, value := pair(root, name); key != nil && !isNull(value) && value.Value != "false" {
			problems = append(problems, Problem{
				Line: key.Line, Code: CodeDeletesDatasource,
				Message: name + " deletes datasources, those of others too",
				Remedy:  "To delete a datasource of your own, delete its drop-in. " + remedyTrust,
			})
		}
	}
	re := regexp.MustCompile(expansion)
	for n := range scalars(root) {
		if re.MatchString(strings.ReplaceAll(n.Value, "$$", "")) {
			problems = append(problems, Problem{
				Line: n.Line, Code: CodeExpansion,
				Message: fmt.Sprintf("Grafana would replace a part of %s by a variable or file of its own", quote(n.Value)),
				Remedy:  "Write the value itself, and a dollar sign as $$. " + remedyTrust,
			})
		}
	}
	return problems
}
