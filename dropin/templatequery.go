package dropin

import "text/template/parse"

// queries says whether a template calls the function that runs PromQL. One that
// does not parse does not.
func queries(text string) bool {
	tree := parse.New("")
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	// As Prometheus begins each template (template/template.go, NewTemplateExpander).
	const variables = "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}"
	if _, err := tree.Parse(variables+text, "", "", trees); err != nil {
		return false
	}
	for _, t := range trees {
		if t.Root != nil && calls(t.Root, "query") {
			return true
		}
	}
	return calls(tree.Root, "query")
}

// calls says whether a function is named at or below a node.
func calls(n parse.Node, function string) bool {
	any := func(nodes ...parse.Node) bool {
		for _, n := range nodes {
			if calls(n, function) {
				return true
			}
		}
		return false
	}
	branch := func(b parse.BranchNode) bool {
		return any(b.Pipe, b.List) || b.ElseList != nil && any(b.ElseList)
	}
	switch n := n.(type) {
	case *parse.IdentifierNode:
		return n.Ident == function
	case *parse.ListNode:
		return n != nil && any(n.Nodes...)
	case *parse.ActionNode:
		return any(n.Pipe)
	case *parse.TemplateNode:
		return n.Pipe != nil && any(n.Pipe)
	case *parse.IfNode:
		return branch(n.BranchNode)
	case *parse.RangeNode:
		return branch(n.BranchNode)
	case *parse.WithNode:
		return branch(n.BranchNode)
	case *parse.ChainNode:
		return any(n.Node)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			if any(c.Args...) {
				return true
			}
		}
	}
	return false
}
