package dropin

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Bounds on one document. They are far above what people write and far below
// what makes a parser slow: yaml.v3 compares each key of a mapping with each
// other one, and aliases of aliases grow without end.
const (
	maxDepth = 100
	maxNodes = 200_000
	maxKeys  = 2_000
)

// flatten copies a tree without what ties one place to another: aliases become
// copies of what they name, merge keys become the keys that they bring. After
// it a node can be edited without an effect elsewhere.
//
// Merge keys follow Prometheus' parser of configuration files, yaml.v2: in the
// order of the document, the later wins.
func flatten(root *yaml.Node) (*yaml.Node, []Problem) {
	f := &flattener{open: map[*yaml.Node]bool{}}
	flat := f.copy(root, 0)
	if f.stop != nil {
		return nil, append(f.problems, *f.stop)
	}
	return flat, f.problems
}

type flattener struct {
	nodes    int
	use      int                 // the line of the alias that is being followed, 0 for none
	open     map[*yaml.Node]bool // the anchors that are being copied
	problems []Problem
	stop     *Problem
}

func (f *flattener) abort(line int, code Code, format string, args ...any) {
	if f.use > 0 {
		line = f.use
	}
	if f.stop == nil {
		f.stop = &Problem{Line: line, Code: code, Message: fmt.Sprintf(format, args...), Remedy: "Write it plainer, or split the drop-in."}
	}
}

func (f *flattener) copy(n *yaml.Node, depth int) *yaml.Node {
	if f.nodes++; f.nodes > maxNodes {
		f.abort(n.Line, CodeTooComplex, "the document has more than %d values, counting each use of an alias", maxNodes)
	}
	if depth > maxDepth {
		f.abort(n.Line, CodeTooComplex, "the document is nested more than %d deep", maxDepth)
	}
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Line: n.Line, Column: n.Column, Style: n.Style}
	if f.stop != nil {
		return out
	}
	switch n.Kind {
	case yaml.AliasNode:
		if f.open[n.Alias] {
			f.abort(n.Line, CodeTooComplex, "anchor %s contains itself", quote(n.Value))
			return out
		}
		if f.use == 0 {
			f.use = n.Line
			defer func() { f.use = 0 }()
		}
		return f.copy(n.Alias, depth)
	case yaml.SequenceNode:
		f.open[n] = true
		for _, c := range n.Content {
			out.Content = append(out.Content, f.copy(c, depth+1))
		}
		delete(f.open, n)
	case yaml.MappingNode:
		f.open[n] = true
		f.mapping(out, n, depth)
		delete(f.open, n)
	}
	return out
}

func (f *flattener) mapping(out, n *yaml.Node, depth int) {
	if len(n.Content)/2 > maxKeys {
		f.abort(n.Line, CodeTooComplex, "a mapping has more than %d keys", maxKeys)
		return
	}
	at := map[string]int{}    // where in out.Content a key is
	first := map[string]int{} // the line at which the author wrote it
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			f.merge(out, at, n.Content[i+1], depth)
			continue
		}
		key := f.copy(n.Content[i], depth+1)
		if line, twice := first[key.Value]; twice && key.Kind == yaml.ScalarNode {
			f.problems = append(f.problems, Problem{
				Line: key.Line, Code: CodeDuplicateYAMLKey,
				Message: fmt.Sprintf("%s is already set at line %d", quote(key.Value), line),
				Remedy:  "Keep one of them.",
			})
			continue
		}
		first[key.Value] = key.Line
		put(out, at, key, f.copy(n.Content[i+1], depth+1))
	}
}

func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && key.ShortTag() == "!!merge"
}

// merge puts the keys of a merged mapping, or of several, into out. Among
// several the earlier wins, so they are taken from the last to the first.
func (f *flattener) merge(out *yaml.Node, at map[string]int, from *yaml.Node, depth int) {
	flat := f.copy(from, depth)
	maps := []*yaml.Node{flat}
	if flat.Kind == yaml.SequenceNode {
		maps = flat.Content
	}
	for i := len(maps) - 1; i >= 0; i-- {
		if maps[i].Kind != yaml.MappingNode {
			f.abort(from.Line, CodeWrongType, "a merge key (<<) takes a mapping or a list of mappings")
			return
		}
		for k := 0; k+1 < len(maps[i].Content); k += 2 {
			put(out, at, maps[i].Content[k], maps[i].Content[k+1])
		}
	}
}

func put(out *yaml.Node, at map[string]int, key, value *yaml.Node) {
	if i, ok := at[key.Value]; ok && key.Kind == yaml.ScalarNode {
		out.Content[i], out.Content[i+1] = key, value
		return
	}
	at[key.Value] = len(out.Content)
	out.Content = append(out.Content, key, value)
}
