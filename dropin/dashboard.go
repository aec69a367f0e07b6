package dropin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// checkDashboard validates Grafana dashboard JSON as far as provisioning does:
// that it is an object with a title and a usable uid. It is published as written.
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
	title, uid := fields["title"], fields["uid"]
	// The resource form of newer Grafana versions has them elsewhere.
	if spec, ok := fields["spec"]; ok && fields["apiVersion"].raw != nil {
		inner, _ := members(spec.raw)
		title = member{raw: inner["title"].raw, line: spec.line}
		inner, _ = members(fields["metadata"].raw)
		uid = member{raw: inner["name"].raw, line: fields["metadata"].line}
	}
	if text, ok := title.text(); !ok || text == "" {
		problems = append(problems, notDashboard(fields, max(title.line, 1)))
	}
	text, isText := uid.text()
	switch {
	case uid.raw == nil, string(uid.raw) == "null", isText && text == "":
		return it.Data, nil, problems // Grafana makes one up
	case !isText || !validUID(text):
		problems = append(problems, Problem{
			Line: uid.line, Code: CodeBadUID,
			Message: fmt.Sprintf("uid %s is not one that Grafana takes", strings.TrimSpace(string(uid.raw))),
			Remedy:  "Use at most 40 letters, digits, '-' and '_'.",
		})
	}
	return it.Data, []Claim{{Code: CodeDuplicateUID, Name: "uid " + text, Line: uid.line}}, problems
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

func validUID(s string) bool {
	ok, err := regexp.MatchString(`^[a-zA-Z0-9_-]{1,40}$`, s)
	return ok && err == nil
}

// member is one member of a JSON object.
type member struct {
	raw  json.RawMessage
	line int
}

func (m member) text() (string, bool) {
	var s string
	err := json.Unmarshal(m.raw, &s)
	return s, err == nil
}

// members reads one JSON object, with the line of each member.
func members(data []byte) (map[string]member, *Problem) {
	notJSON := func(offset int64, format string, args ...any) *Problem {
		return &Problem{
			Line: lineAt(data, int(min(max(offset, 0), int64(len(data))))), Code: CodeDashboardJSON,
			Message: fmt.Sprintf(format, args...),
			Remedy:  "Export the dashboard's JSON model from Grafana.",
		}
	}
	var any json.RawMessage
	if err := json.Unmarshal(data, &any); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, notJSON(syntax.Offset-1, "the value is not JSON: %v", err)
		}
		return nil, notJSON(0, "the value is not JSON: %v", err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		pr := notJSON(0, "the JSON is not an object")
		pr.Code = CodeNotDashboard
		return nil, pr
	}
	out := map[string]member{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, notJSON(dec.InputOffset(), "the value is not JSON: %v", err)
		}
		line := lineAt(data, int(dec.InputOffset()))
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil && !errors.Is(err, io.EOF) {
			return nil, notJSON(dec.InputOffset(), "the value is not JSON: %v", err)
		}
		name, _ := key.(string)
		out[name] = member{raw: raw, line: line}
	}
	return out, nil
}

// checkFolder refuses a folder that would lead out of the dashboards' directory.
func checkFolder(folder string) []Problem {
	if folder == "" {
		return nil
	}
	why := ""
	switch {
	case strings.HasPrefix(folder, "/"):
		why = "is an absolute path"
	case strings.Contains(folder, `\`):
		why = "has a backslash"
	case strings.IndexFunc(folder, isControl) >= 0 || strings.ContainsAny(folder, "\t\r\n"):
		why = "has a control character"
	default:
		for step := range strings.SplitSeq(folder, "/") {
			switch {
			case step == ".." || step == ".":
				why = "has a step " + quote(step)
			case strings.TrimSpace(step) == "":
				why = "has an empty step"
			case len(step) > maxFileName:
				why = "has a step that is too long to be a directory"
			}
		}
	}
	if why == "" {
		return nil
	}
	return []Problem{{
		Code:    CodeBadFolder,
		Message: fmt.Sprintf("annotation %s: %s %s", AnnotationFolder, quote(folder), why),
		Remedy:  "Name a folder, or folders in folders as in Team/Service.",
	}}
}
