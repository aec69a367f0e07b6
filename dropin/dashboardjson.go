package dropin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// member is one member of a JSON object.
type member struct {
	raw  json.RawMessage
	line int
	// start is where raw begins in the object's text.
	start int
}

// isEmpty says whether the member is missing, null or an empty text.
func (m member) isEmpty() bool {
	text, ok := m.text()
	return m.raw == nil || string(m.raw) == "null" || ok && text == ""
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
		out[name] = member{raw: raw, line: line, start: int(dec.InputOffset()) - len(raw)}
	}
	return out, nil
}
