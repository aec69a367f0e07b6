package dropin

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Dashboard is what identifies a dashboard in Grafana.
type Dashboard struct {
	UID, Title string
}

// ReadDashboard reads a published dashboard.
func ReadDashboard(published []byte) (Dashboard, error) {
	fields, problem := members(published)
	if problem != nil {
		return Dashboard{}, errors.New(problem.Message)
	}
	title, uid, _ := identity(fields)
	d := Dashboard{}
	d.Title, _ = title.text()
	d.UID, _ = uid.text()
	return d, nil
}

// checkDashboard validates Grafana dashboard JSON as far as provisioning does:
// that it is an object with a title and a usable uid. It is published as written,
// but for a uid if it has none: links to it should outlive Grafana's database.
func checkDashboard(it Item) ([]byte, []Claim, []Problem) {
	problems := checkFolder(it.Folder)
	if !strings.HasSuffix(it.Ref.Key, ".json") {
		problems = append(problems, Problem{
			Code:    CodeDashboardKey,
			Message: "Grafana reads dashboards from files that end in .json",
			Remedy:  "Rename the key.",
		})
	}
	fields, problem := members(it.Data)
	if problem != nil {
		return nil, nil, append(problems, *problem)
	}
	title, uid, resource := identity(fields)
	problems = append(problems, checkParts(fields)...)
	var claims []Claim
	if name, ok := title.text(); !ok || name == "" {
		problems = append(problems, notDashboard(fields, max(title.line, 1)))
	} else {
		claims = append(claims, Claim{Code: CodeDuplicateTitle, Name: "title " + name + " in " + folderName(it.Folder), Line: title.line})
	}
	text, isText := uid.text()
	switch {
	case uid.isEmpty() && resource:
		return it.Data, claims, problems // Grafana makes one up
	case uid.isEmpty():
		return withUID(it.Data, uid, madeUID(it.Ref)), claims, problems
	case !isText || !validUID(text):
		problems = append(problems, Problem{
			Line: uid.line, Code: CodeBadUID,
			Message: fmt.Sprintf("uid %s is not one that Grafana takes", quote(strings.TrimSpace(string(uid.raw)))),
			Remedy:  "Use at most 40 letters, digits, '-' and '_'.",
		})
	}
	return it.Data, append(claims, Claim{Code: CodeDuplicateUID, Name: "uid " + text, Line: uid.line}), problems
}

// identity returns title and uid, and whether the dashboard has the resource form
// of newer Grafana versions, which keeps them elsewhere.
func identity(fields map[string]member) (title, uid member, resource bool) {
	spec, ok := fields["spec"]
	if !ok || fields["apiVersion"].raw == nil {
		return fields["title"], fields["uid"], false
	}
	inner, _ := members(spec.raw)
	title = member{raw: inner["title"].raw, line: spec.line}
	inner, _ = members(fields["metadata"].raw)
	return title, member{raw: inner["name"].raw, line: fields["metadata"].line}, true
}

// checkParts finds parts that no dashboard has in this form, which Grafana would
// only notice when somebody opens it.
func checkParts(fields map[string]member) []Problem {
	begins := map[string]string{
		"panels": "[", "tags": "[", "links": "[", "rows": "[",
		"templating": "{", "annotations": "{", "time": "{", "timepicker": "{",
	}
	var problems []Problem
	for _, name := range slices.Sorted(maps.Keys(begins)) {
		m := fields[name]
		if m.raw == nil || string(m.raw) == "null" || strings.HasPrefix(string(m.raw), begins[name]) {
			continue
		}
		what := "a list"
		if begins[name] == "{" {
			what = "an object"
		}
		problems = append(problems, Problem{
			Line: m.line, Code: CodeNotDashboard,
			Message: fmt.Sprintf("%s is not %s", name, what),
			Remedy:  "Export the dashboard's JSON model from Grafana.",
		})
	}
	return problems
}

func notDashboard(fields map[string]member, line int) Problem {
	pr := Problem{
		Line: line, Code: CodeNotDashboard,
		Message: "the JSON has no title",
		Remedy:  "Export the dashboard's JSON model from Grafana.",
	}
	if _, wrapped := fields["dashboard"]; wrapped {
		pr.Remedy = `This looks like an answer of Grafana's API: take the value of "dashboard" only.`
	}
	return pr
}
