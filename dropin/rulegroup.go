package dropin

import (
	"fmt"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"go.yaml.in/yaml/v3"
)

// checkGroups looks at groups that could be decoded, field by field, so that
// each problem has the line of its field. nodes are the groups' trees.
func (f ruleFile) checkGroups(groups []rulefmt.RuleGroup, nodes []*yaml.Node) []Problem {
	var problems []Problem
	first := map[string]int{}
	for i, group := range groups {
		node := nodes[i]
		line := lineOf(node, "name")
		if at, twice := first[group.Name]; twice && group.Name != "" {
			problems = append(problems, Problem{
				Line: line, Code: CodeDuplicateGroup,
				Message: fmt.Sprintf("group %s is already defined at line %d", quote(group.Name), at),
				Remedy:  "Give each group of a file its own name, or put the rules into one group.",
			})
		}
		if group.Name == "" {
			problems = append(problems, Problem{
				Line: line, Code: CodeNoGroupName,
				Message: "the group has no name",
				Remedy:  "Name it; alert state is kept by it.",
			})
		}
		if _, ok := first[group.Name]; !ok {
			first[group.Name] = line
		}
		// A group's labels go to its alerts as to its recordings: what a recording
		// rule may carry is what they may be.
		problems = append(problems, f.checkLabels(rulefmt.Rule{Record: "x", Expr: "1"}, valueAt(node, "labels"))...)
		if len(problems) >= maxProblems {
			return problems
		}
		rules := notNull(valueAt(node, "rules"))
		for k, rule := range group.Rules {
			if k < len(rules) && len(problems) < maxProblems {
				problems = append(problems, f.checkRule(rule, rules[k])...)
			}
		}
	}
	return problems
}

// checkRule asks upstream's validation about one field at a time, in a rule
// that is otherwise fine.
func (f ruleFile) checkRule(rule rulefmt.Rule, node *yaml.Node) []Problem {
	problems := checkRuleName(rule, node)
	problems = append(problems, f.checkExpression(rule, node)...)
	if rule.Record != "" && rule.Alert == "" {
		for _, name := range []string{"for", "keep_firing_for", "annotations"} {
			if key, value := pair(node, name); key != nil && !unset(name, rule) {
				problems = append(problems, Problem{
					Line: placeLine(key, value), Code: CodeAlertOnlyField,
					Message: fmt.Sprintf("a recording rule has no %q", name),
					Remedy:  "Delete it, or make the rule an alert.",
				})
			}
		}
	}
	base := rulefmt.Rule{Record: "x", Expr: "1"}
	if rule.Alert != "" {
		base = rulefmt.Rule{Alert: rule.Alert, Expr: "1"}
	}
	problems = append(problems, f.checkLabels(base, valueAt(node, "labels"))...)
	if rule.Alert != "" {
		problems = append(problems, f.checkAnnotations(base, valueAt(node, "annotations"))...)
	}
	return problems
}

func unset(name string, rule rulefmt.Rule) bool {
	switch name {
	case "for":
		return rule.For == 0
	case "keep_firing_for":
		return rule.KeepFiringFor == 0
	default:
		return len(rule.Annotations) == 0
	}
}

func checkRuleName(rule rulefmt.Rule, node *yaml.Node) []Problem {
	switch {
	case rule.Record != "" && rule.Alert != "":
		return []Problem{{
			Line: max(lineOf(node, "record"), lineOf(node, "alert")), Code: CodeTwoRuleNames,
			Message: "a rule is either an alert or a recording, and this one is both",
			Remedy:  "Keep record or alert.",
		}}
	case rule.Record == "" && rule.Alert == "":
		return []Problem{{
			Line: node.Line, Code: CodeNoRuleName,
			Message: "the rule has neither alert nor record",
			Remedy:  "Name the alert that it fires, or the series that it records.",
		}}
	case rule.Record == "":
		return nil
	}
	if errs := refusals(rulefmt.Rule{Record: rule.Record, Expr: "1"}); len(errs) > 0 {
		return []Problem{{
			Line: lineOf(node, "record"), Code: CodeBadRecordName, Message: errs[0],
			Remedy: "Use letters, digits, '_' and ':', as in job:http_requests:rate5m.",
		}}
	}
	return nil
}

// refusals returns why upstream refuses a rule.
func refusals(rule rulefmt.Rule) []string {
	var out []string
	for _, e := range rule.Validate(rulefmt.RuleNode{}, model.UTF8Validation, promQL()) {
		out = append(out, e.Unwrap().Error())
	}
	return out
}
