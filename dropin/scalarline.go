package dropin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// source is the text of a drop-in by lines.
type source []string

// lineInScalar returns the line of the byte at offset within a scalar's value.
//
// The tree does not say how a scalar was spread over lines, so this walks the
// text and counts: folding changes blanks only, all else of the value is in
// the text in the same order.
func (s source) lineInScalar(n *yaml.Node, offset int) int {
	rest := strings.TrimRightFunc(n.Value, unicode.IsSpace)
	// What is missing at the end is missing after the last word.
	if offset < 0 || offset >= len(rest) {
		_, size := utf8.DecodeLastRuneInString(rest)
		offset = len(rest) - size
	}
	skip := 0
	for _, r := range rest[:offset] {
		if !unicode.IsSpace(r) {
			skip++
		}
	}
	line, text := s.begin(n)
	for ; line <= len(s); line++ {
		for text != "" {
			blank, size := step(text, n.Style)
			text = text[min(size, len(text)):]
			if blank {
				continue
			}
			if skip == 0 {
				return line
			}
			skip--
		}
		if line < len(s) {
			text = s[line]
		}
	}
	return n.Line
}

// begin returns the first line of the scalar's text and what of it belongs to the scalar.
func (s source) begin(n *yaml.Node) (int, string) {
	if n.Line < 1 || n.Line > len(s) {
		return len(s) + 1, ""
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		if n.Line == len(s) {
			return n.Line, ""
		}
		return n.Line + 1, s[n.Line]
	}
	text := string([]rune(s[n.Line-1])[min(n.Column-1, utf8.RuneCountInString(s[n.Line-1])):])
	for strings.HasPrefix(text, "&") || strings.HasPrefix(text, "!") { // an anchor or a tag
		_, text, _ = strings.Cut(text, " ")
		text = strings.TrimLeft(text, " ")
	}
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 && text != "" {
		text = text[1:]
	}
	return n.Line, text
}

// step returns how many bytes of text stand for the next rune of the value, and
// whether it is a blank.
func step(text string, style yaml.Style) (blank bool, size int) {
	switch {
	case style&yaml.SingleQuotedStyle != 0 && strings.HasPrefix(text, "''"):
		return false, 2
	case style&yaml.DoubleQuotedStyle != 0 && text[0] == '\\':
		if len(text) == 1 {
			return true, 1 // the line goes on
		}
		switch text[1] {
		case 'n', 't', 'r', ' ', '\r':
			return true, 2
		case 'x':
			return false, 4
		case 'u':
			return false, 6
		case 'U':
			return false, 10
		}
		return false, 2
	}
	r, n := utf8.DecodeRuneInString(text)
	return unicode.IsSpace(r), n
}
