package values

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Table returns the values as a Markdown table, in the order of values.yaml.
func Table(tree []*Value) string {
	var b strings.Builder
	b.WriteString("| Value | Default | What it does |\n| --- | --- | --- |\n")
	writeRows(&b, tree)
	return b.String()
}

func writeRows(b *strings.Builder, vs []*Value) {
	for _, v := range vs {
		if len(v.Children) > 0 {
			writeRows(b, v.Children)
			continue
		}
		fmt.Fprintf(b, "| `%s` | `%s` | %s |\n", v.Path, flow(v.Default), strings.ReplaceAll(v.Description, "|", `\|`))
	}
}

// flow writes a default on one line. Long lists are cut: the reader has
// values.yaml for them.
func flow(n *yaml.Node) string {
	const most = 60
	c := *n
	c.HeadComment, c.LineComment, c.FootComment = "", "", ""
	s := inline(&c)
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ReplaceAll(s, "|", `\|`)
}

func inline(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		var parts []string
		for i := 0; i < len(n.Content); i += 2 {
			parts = append(parts, n.Content[i].Value+": "+inline(n.Content[i+1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		var parts []string
		for _, c := range n.Content {
			parts = append(parts, inline(c))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if n.ShortTag() == "!!str" && n.Value == "" {
		return `""`
	}
	return n.Value
}
