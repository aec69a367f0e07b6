package dropin

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// checkDatasource validates a Grafana datasource provisioning file and returns
// the names that its datasources claim.
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
		problems = append(problems, checkDatasourceFields(ds)...)
		claims = append(claims, datasourceClaims(ds)...)
	}
	problems = append(problems, repeated(claims)...)
	if !p.trusts(it.Ref.Namespace) {
		problems = append(problems, checkTenantDatasource(root, list)...)
	}
	if len(problems) > 0 {
		return nil, claims, problems
	}
	published, err := publishDatasources(root)
	if err != nil {
		return nil, claims, []Problem{{Code: CodeAmbiguous, Message: err.Error()}}
	}
	return published, claims, nil
}

// publishDatasources makes the file one whose datasources Grafana deletes again
// when they are gone from it (prune), and one of the format that its fields are of:
// without a version Grafana reads one of 2017 with other names.
func publishDatasources(root *yaml.Node) ([]byte, error) {
	if text(root, "apiVersion") == "" {
		setValue(root, "apiVersion", plain("1"))
	}
	setValue(root, "prune", plain("true"))
	return encode(root)
}

// Datasource is what identifies a datasource in Grafana.
type Datasource struct {
	Name, UID string
	// Organization is 1 unless the file says otherwise.
	Organization string
}

// ReadDatasources reads a datasource provisioning file, be it a published one or
// one of the chart.
func ReadDatasources(data []byte) ([]Datasource, []Claim, error) {
	root, problems := document(data)
	if len(problems) > 0 {
		return nil, nil, fmt.Errorf("line %d: %s", problems[0].Line, problems[0].Message)
	}
	var out []Datasource
	var claims []Claim
	for _, ds := range notNull(valueAt(root, "datasources")) {
		out = append(out, Datasource{Name: text(ds, "name"), UID: text(ds, "uid"), Organization: organization(ds)})
		claims = append(claims, datasourceClaims(ds)...)
	}
	return out, claims, nil
}

func organization(ds *yaml.Node) string {
	if org := text(ds, "orgId"); org != "" && org != "0" {
		return org
	}
	return "1"
}

func datasourceClaims(ds *yaml.Node) []Claim {
	// Names and the default are each organization's own.
	org := organization(ds)
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
