package dropin

import (
	"bytes"
	"strings"
)

// Lines are YAML's: besides "\n" and "\r\n" a lone "\r" and three characters of
// Unicode end one.

// lineAt returns the 1-based line of the byte at i.
func lineAt(data []byte, i int) int {
	return 1 + bytes.Count(unified(data[:i]), []byte("\n"))
}

func linesOf(data []byte) source { return strings.Split(string(unified(data)), "\n") }

// unified makes all ends of lines alike.
func unified(data []byte) []byte {
	if !bytes.ContainsAny(data, "\r\u0085\u2028\u2029") {
		return data
	}
	r := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")
	return []byte(r.Replace(string(data)))
}
