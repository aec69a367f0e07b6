package dropin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/rulefmt"
	"go.yaml.in/yaml/v3"
)

// checkRules validates a rule file. It is published as it was written, unless
// the namespace is enforced.
func checkRules(it Item, p Policy) (made, []Problem) {
	root, problems := document(it.Data)
	if root == nil {
		return made{}, problems
	}
	groups, more := section(root, KindRules, "groups")
	if problems = append(problems, more...); root.Kind != yaml.MappingNode {
		return made{}, problems
	}
	// Before any expression is parsed: this is what keeps parsing cheap.
	problems = append(problems, bigExpressions(groups)...)
	f := ruleFile{lines: linesOf(it.Data)}
	if len(problems) > 0 {
		return made{}, append(problems, f.diagnose(root)...)
	}
	errs := parseRules(it.Data)
	if len(errs) == 0 {
		m := made{published: it.Data}
		for _, group := range groups {
			m.rules += len(notNull(valueAt(group, "rules")))
		}
		if p.enforces(it.Ref.Namespace) {
			m.published, problems = f.enforceRules(root, groups, it.Ref.Namespace)
		}
		return m, problems
	}
	if problems = f.diagnose(root); len(problems) == 0 {
		for _, err := range errs {
			problems = append(problems, Problem{Code: CodeRulesInvalid, Message: err.Error()})
		}
	}
	return made{}, problems
}

// ruleFile is the text that nodes stand in, for their lines.
type ruleFile struct{ lines source }

// parseRules is the reference: what it accepts the server loads.
func parseRules(data []byte) []error {
	_, errs := rulefmt.Parse(data, false, model.UTF8Validation, promQL(), promslog.NewNopLogger())
	return errs
}

// bigExpressions finds expressions that are too costly to parse, and takes them
// out of the tree.
func bigExpressions(groups []*yaml.Node) []Problem {
	var problems []Problem
	for _, group := range groups {
		for _, rule := range notNull(valueAt(group, "rules")) {
			expr := valueAt(rule, "expr")
			if expr == nil || !tooManyOperators(expr.Value) {
				continue
			}
			problems = append(problems, Problem{
				Line: expr.Line, Code: CodeExpressionTooComplex,
				Message: fmt.Sprintf("the expression has more than %d operators and brackets", maxOperators),
				Remedy:  "Split it by recording rules.",
			})
			setValue(rule, "expr", &yaml.Node{Kind: yaml.ScalarNode, Value: "1", Line: expr.Line})
		}
	}
	return problems
}

// diagnose finds what is wrong in a rule file, all of it, and where. Each rule
// is looked at alone, so that the search costs little however long the file is.
// What cannot be decoded it takes out of the tree.
func (f ruleFile) diagnose(root *yaml.Node) []Problem {
	var problems []Problem
	left := maxTried
	list := valueAt(root, "groups")
	var kept []*yaml.Node
	for _, group := range notNull(list) {
		if len(problems) >= maxProblems {
			return problems
		}
		found := diagnoseGroup(group, &left)
		// A group of which only rules are wrong goes on without them.
		if problems = append(problems, found...); decodes(group) {
			kept = append(kept, group)
		}
	}
	var file rulefmt.RuleGroups
	if list != nil {
		list.Content = kept
	}
	if _, err := decodeTree(root, &file, true); err != nil || len(file.Groups) != len(kept) {
		return problems
	}
	return append(problems, f.checkGroups(file.Groups, kept)...)
}

func diagnoseGroup(group *yaml.Node, left *int) []Problem {
	rules := valueAt(group, "rules")
	if rules == nil || rules.Kind != yaml.SequenceNode {
		return decodeProblems(fileOf(group), left)
	}
	all := rules.Content
	rules.Content = nil
	problems := decodeProblems(fileOf(group), left)
	var kept []*yaml.Node
	for _, rule := range all {
		if len(problems) >= maxProblems {
			break
		}
		found := decodeProblems(fileOf(mappingOf(plain("rules"), listOf(rule))), left)
		if problems = append(problems, found...); len(found) == 0 {
			kept = append(kept, rule)
		}
	}
	rules.Content = kept
	return problems
}

func fileOf(group *yaml.Node) *yaml.Node { return mappingOf(plain("groups"), listOf(group)) }

func decodes(group *yaml.Node) bool {
	var file rulefmt.RuleGroups
	_, err := decodeTree(fileOf(group), &file, true)
	return err == nil
}

// decodeProblems finds why a tree cannot be decoded.
func decodeProblems(root *yaml.Node, left *int) []Problem {
	var problems []Problem
	b := &blamer{left: left, try: func() (int, error) {
		var file rulefmt.RuleGroups
		return decodeTree(root, &file, true)
	}}
	for len(problems) < maxProblems {
		found := complaints(b.run())
		if len(found) == 0 {
			break
		}
		at := b.find(root, found[0])
		problems = append(problems, decodeProblem(root, at, found[0]))
		if !at.remove(root) {
			break
		}
	}
	return problems
}

func decodeTree(root *yaml.Node, out any, strict bool) (size int, err error) {
	data, err := encode(root)
	if err != nil {
		return 0, err
	}
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	dec.KnownFields(strict)
	return len(data), dec.Decode(out)
}

func decodeProblem(root *yaml.Node, at place, complaint string) Problem {
	pr := Problem{Line: at.line, Code: CodeRulesInvalid, Message: complaint}
	var file rulefmt.RuleGroups
	_, err := decodeTree(root, &file, false)
	switch {
	case !slices.Contains(complaints(err), complaint):
		pr.Code, pr.Message = CodeUnknownField, "unknown field "+quote(at.key)
		pr.Remedy = "Check its spelling and its indentation."
	case strings.HasPrefix(complaint, "cannot unmarshal"):
		pr.Code = CodeWrongType
		pr.Message = fmt.Sprintf("the value of %s has the wrong type: %s", quote(at.key), complaint)
	case slices.Contains([]string{"for", "keep_firing_for", "interval", "query_offset"}, at.key):
		pr.Code = CodeRuleDuration
		pr.Remedy = "Write a number and a unit: 30s, 5m, 1h30m."
	}
	return pr
}
