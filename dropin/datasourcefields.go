package dropin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// datasourceFields are the fields of a datasource by their types. Grafana passes
// over a field that it does not know; a value of the wrong type makes it provision
// no datasource at all, and not start.
func datasourceFields() map[string]string {
	fields := map[string]string{}
	for kind, names := range map[string][]string{
		"text":    {"name", "type", "typeName", "access", "url", "user", "database", "basicAuthUser", "uid"},
		"boolean": {"basicAuth", "withCredentials", "isDefault", "editable", "readOnly"},
		"number":  {"orgId", "version"},
		"mapping": {"jsonData", "secureJsonData"},
		"list":    {"correlations"},
	} {
		for _, name := range names {
			fields[name] = kind
		}
	}
	return fields
}

func checkDatasourceFields(ds *yaml.Node) []Problem {
	if ds.Kind != yaml.MappingNode {
		return []Problem{{
			Line: ds.Line, Code: CodeWrongType,
			Message: "an element of datasources is not a mapping",
			Remedy:  "Give it name and type, or delete the element if it is empty.",
		}}
	}
	var problems []Problem
	for _, name := range []string{"name", "type"} {
		if text(ds, name) == "" {
			problems = append(problems, Problem{
				Line: lineOf(ds, name), Code: CodeDatasourceInvalid,
				Message: fmt.Sprintf("the datasource has no %s", name),
				Remedy:  "Grafana refuses the whole file without it.",
			})
		}
	}
	if uid := text(ds, "uid"); uid != "" && !validUID(uid) {
		problems = append(problems, Problem{
			Line: lineOf(ds, "uid"), Code: CodeDatasourceInvalid,
			Message: fmt.Sprintf("uid %s is not one that Grafana takes", quote(uid)),
			Remedy:  "Use at most 40 letters, digits, '-' and '_'.",
		})
	}
	fields := datasourceFields()
	for key, value := range pairs(ds) {
		kind, known := fields[key.Value]
		switch {
		case !known:
			if meant := meantField(key.Value, fields); meant != "" {
				problems = append(problems, Problem{
					Line: key.Line, Code: CodeUnknownField,
					Message: "unknown field " + quote(key.Value),
					Remedy:  fmt.Sprintf("Grafana would pass over it. Write %s.", meant),
				})
			}
		case !isOfKind(value, kind):
			problems = append(problems, Problem{
				Line: placeLine(key, value), Code: CodeWrongType,
				Message: fmt.Sprintf("%s is not a %s", quote(key.Value), kind),
				Remedy:  "Grafana refuses all datasources because of it.",
			})
		}
	}
	return problems
}

// meantField returns the field whose name differs only in the way it is written,
// as is_default of the oldest format.
func meantField(name string, fields map[string]string) string {
	plain := func(s string) string {
		return strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(s, "_", ""), "-", ""))
	}
	for field := range fields {
		if plain(field) == plain(name) {
			return field
		}
	}
	return ""
}

func isOfKind(n *yaml.Node, kind string) bool {
	switch {
	case isNull(n):
		return true
	case kind == "mapping":
		return n.Kind == yaml.MappingNode
	case kind == "list":
		return n.Kind == yaml.SequenceNode
	case n.Kind != yaml.ScalarNode:
		return false
	case strings.Contains(n.Value, "$"): // what a variable holds is Grafana's to know
		return true
	case kind == "boolean":
		return slices.Contains([]string{"true", "false"}, n.Value)
	case kind == "number":
		_, err := strconv.ParseInt(n.Value, 10, 64)
		return err == nil
	}
	return true
}
