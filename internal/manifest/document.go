package manifest

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
)

// document is one YAML document of a file.
type document struct {
	data []byte
	// before is how many lines of the file come before it.
	before int
}

// split divides a file at its "---" lines. A YAML decoder would do it too, but
// stop at the first document that it cannot read.
func split(data []byte) []document {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var docs []document
	start, startLine, line := 0, 0, 0
	for pos := 0; pos < len(data); line++ {
		end := len(data)
		if i := bytes.IndexByte(data[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		// In the first column this can only be a marker: a block scalar that holds
		// the same text is indented.
		if isMarker(data[pos:end]) && pos > start {
			docs = append(docs, document{data: data[start:pos], before: startLine})
			start, startLine = pos, line
		}
		pos = end
	}
	return append(docs, document{data: data[start:], before: startLine})
}

func isMarker(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	return ok && (len(rest) == 0 || bytes.ContainsAny(rest[:1], " \t\r\n"))
}

// wrap makes the lines in a YAML error lines of the file.
func (d document) wrap(file string, err error) error {
	text := regexp.MustCompile(`line (\d+)`).ReplaceAllStringFunc(err.Error(), func(s string) string {
		n, convErr := strconv.Atoi(s[len("line "):])
		if convErr != nil {
			return s
		}
		return fmt.Sprintf("line %d", n+d.before)
	})
	return fmt.Errorf("%s: %s", file, text)
}
