package dropin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	yamlv4 "go.yaml.in/yaml/v4"
)

// document reads data as one YAML document and returns its root, plain: without
// aliases, merge keys, comments and duplicate keys, and with each node's line
// as its author wrote it. The root is nil if there is nothing to go on with;
// otherwise the problems do not hinder looking for more.
func document(data []byte) (*yaml.Node, []Problem) {
	if i := firstInvalid(data); i >= 0 {
		return nil, []Problem{{
			Line: lineAt(data, i), Code: CodeNotUTF8,
			Message: "the value is not UTF-8 text",
			Remedy:  "Save the file as UTF-8.",
		}}
	}
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, []Problem{emptyDocument()}
	case err != nil:
		return nil, []Problem{syntaxProblem(data, err)}
	}
	if len(doc.Content) == 0 || isNull(doc.Content[0]) {
		return nil, []Problem{emptyDocument()}
	}
	var second yaml.Node
	switch err := dec.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		return nil, []Problem{syntaxProblem(data, err)}
	default:
		// Prometheus reads the first document and drops the others with at most a
		// log line (model/rulefmt/rulefmt.go, Parse).
		return nil, []Problem{{
			Line: second.Line, Code: CodeSecondDocument,
			Message: "a second YAML document begins here and would be ignored",
			Remedy:  "Put it under a key of its own.",
		}}
	}
	return flatten(doc.Content[0])
}

func emptyDocument() Problem {
	return Problem{
		Code:    CodeEmpty,
		Message: "there is nothing in it",
		Remedy:  "Delete the key, or write an empty list if nothing is what you mean.",
	}
}

// syntaxProblem finds out where the error is. The error of yaml.v3 tells only
// the line where the enclosing block begins; the scanner of yaml.v4 is the same
// and tells both.
func syntaxProblem(data []byte, err error) Problem {
	pr := Problem{Code: CodeYAMLSyntax, Message: err.Error(), Remedy: "Check quotes, brackets and indentation there."}
	if i := bytes.IndexFunc(data, isControl); i >= 0 {
		pr.Line, pr.Message = lineAt(data, i), "a control character is not allowed in YAML"
		return pr
	}
	load := v4Error(data)
	if load == nil {
		return pr
	}
	pr.Message, pr.Line = load.Message, load.Mark.Line
	if load.ContextMsg != "" {
		pr.Message = fmt.Sprintf("%s, %s", load.Message, load.ContextMsg)
	}
	// What was never closed is wrong where it was opened, not where the text ends;
	// and that a line has no colon is noticed only in the next one.
	end := lineAt(data, len(bytes.TrimRight(data, " \t\r\n")))
	if load.ContextMark.Line > 0 && (pr.Line > end || load.ContextMsg == "while scanning a simple key") {
		pr.Line = load.ContextMark.Line
	}
	pr.Line = min(pr.Line, end)
	return pr
}

// v4Error returns the first error in any document of data.
func v4Error(data []byte) *yamlv4.LoadError {
	dec := yamlv4.NewDecoder(bytes.NewReader(data))
	for {
		var doc yamlv4.Node
		err := dec.Decode(&doc)
		if err == nil {
			continue
		}
		var load *yamlv4.LoadError
		errors.As(err, &load)
		return load
	}
}

func isControl(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f || r >= 0x80 && r < 0xa0 && r != 0x85
}

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
