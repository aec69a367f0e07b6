package dropin

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// checkDatasource validates a Grafana datasource provisioning file and returns
// the names that its datasources claim. It is published as written.
func checkDatasource(it Item, p Policy) ([]byte, []Claim, []Problem) {
	root, problems := document(it.Data)
	if root == nil {
		return nil, nil, problems
	}
	problems = append(problems, sections(root, KindDatasource, []string{"apiVersion", "datasources", "deleteDatasources", "prune"})...)
	if root.Kind != yaml.MappingNode {
		return nil, nil, problems
	}
	list := valueAt(root, "datasources")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil, nil, append(problems, Problem{
			Line: lineOf(root, "datasources"), Code: CodeDatasourceInvalid,
			Message: "there is no list datasources",
			Remedy:  "List at least one datasource with name and type.",
		})
	}
	var claims []Claim
	for _, ds := range list.Content {
		for _, field := range []string{"name", "type"} {
			if text(ds, field) == "" {
				problems = append(problems, Problem{
					Line: lineOf(ds, field), Code: CodeDatasourceInvalid,
					Message: fmt.Sprintf("the datasource has no %s", field),
					Remedy:  "Grafana refuses the whole file without it.",
				})
			}
		}
		claims = append(claims, datasourceClaims(ds)...)
	}
	problems = append(problems, repeated(claims)...)
	if !p.trusts(it.Ref.Namespace) {
		problems = append(problems, checkTenantDatasource(root)...)
	}
	return it.Data, claims, problems
}

func datasourceClaims(ds *yaml.Node) []Claim {
	// Names and the default are each organization's own.
	org := text(ds, "orgId")
	if org == "" {
		org = "1"
	}
	var claims []Claim
	if name := text(ds, "name"); name != "" {
		claims = append(claims, Claim{CodeDuplicateDatasource, "name " + name + " in organization " + org, lineOf(ds, "name")})
	}
	if uid := text(ds, "uid"); uid != "" {
		claims = append(claims, Claim{CodeDuplicateDatasource, "uid " + uid + " in organization " + org, lineOf(ds, "uid")})
	}
	if text(ds, "isDefault") == "true" {
		claims = append(claims, Claim{CodeSecondDefault, "the default of organization " + org, lineOf(ds, "isDefault")})
	}
	return claims
}

// repeated finds claims that one file makes twice.
func repeated(claims []Claim) []Problem {
	var problems []Problem
	first := map[string]int{}
	for _, c := range claims {
		if line, twice := first[c.Name]; twice {
			problems = append(problems, Problem{
				Line: c.Line, Code: c.Code,
				Message: fmt.Sprintf("%s is already taken at line %d", c.Name, line),
				Remedy:  "Keep one of them.",
			})
			continue
		}
		first[c.Name] = c.Line
	}
	return problems
}

// expansion is what Grafana replaces in provisioning files: variables of its
// environment and, by $__file, the content of files.
const expansion = `\$(\{|__|[a-zA-Z_])`

// checkTenantDatasource keeps a tenant from Grafana's secrets, which are in its
// environment, and from deleting what others provided.
func checkTenantDatasource(root *yaml.Node) []Problem {
	var problems []Problem
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
