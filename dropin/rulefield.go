package dropin

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

func (f ruleFile) checkExpression(rule rulefmt.Rule, node *yaml.Node) []Problem {
	if rule.Expr == "" {
		return []Problem{{
			Line: lineOf(node, "expr"), Code: CodeNoExpression,
			Message: "the rule has no expr",
			Remedy:  "Write the PromQL expression that it evaluates.",
		}}
	}
	_, err := promQL().ParseExpr(rule.Expr)
	if err == nil {
		return nil
	}
	pr := Problem{
		Line: lineOf(node, "expr"), Code: CodeBadExpression,
		Message: err.Error(),
		Remedy:  "Try the expression in the query page.",
	}
	var errs parser.ParseErrors
	if errors.As(err, &errs) && len(errs) > 0 {
		pr.Message = errs[0].Err.Error()
		pr.Line = f.lines.lineInScalar(valueAt(node, "expr"), int(errs[0].PositionRange.Start))
	}
	return []Problem{pr}
}

// checkLabels tries each label alone in a rule that is fine without it.
func (f ruleFile) checkLabels(base rulefmt.Rule, labels *yaml.Node) []Problem {
	var problems []Problem
	for key, value := range pairs(labels) {
		try := base
		try.Labels = map[string]string{key.Value: ""}
		if errs := refusals(try); len(errs) > 0 {
			problems = append(problems, Problem{
				Line: key.Line, Code: CodeBadRuleLabel, Message: errs[0],
				Remedy: "A label's name is not empty and not __name__.",
			})
			continue
		}
		try.Labels[key.Value] = value.Value
		if errs := refusals(try); len(errs) > 0 {
			problems = append(problems, f.templateProblem(errs[0], base.Alert, value))
		}
	}
	return problems
}

func (f ruleFile) checkAnnotations(base rulefmt.Rule, annotations *yaml.Node) []Problem {
	var problems []Problem
	for key, value := range pairs(annotations) {
		try := base
		try.Annotations = map[string]string{key.Value: ""}
		if errs := refusals(try); len(errs) > 0 {
			problems = append(problems, Problem{
				Line: key.Line, Code: CodeBadRuleLabel, Message: errs[0],
				Remedy: "An annotation's name is not empty.",
			})
			continue
		}
		try.Annotations[key.Value] = value.Value
		if errs := refusals(try); len(errs) > 0 {
			problems = append(problems, f.templateProblem(errs[0], base.Alert, value))
		}
	}
	return problems
}

// templateProblem reads the line within the template from the message: the
// errors of text/template have it nowhere else. Its form is
// "… template: __alert_NAME:LINE: …".
func (f ruleFile) templateProblem(message, alert string, value *yaml.Node) Problem {
	pr := Problem{
		Line: value.Line, Code: CodeBadTemplate, Message: message,
		Remedy: "It is a Go template with $labels, $value and the functions that Prometheus documents.",
	}
	_, rest, ok := strings.Cut(message, "template: __alert_"+alert+":")
	if !ok {
		return pr
	}
	number, why, ok := strings.Cut(rest, ": ")
	if !ok {
		return pr
	}
	number, _, _ = strings.Cut(number, ":")
	line, err := strconv.Atoi(number)
	if err != nil {
		return pr
	}
	pr.Message = fmt.Sprintf("the template does not parse: %s", why)
	pr.Line = f.lines.lineInScalar(value, offsetOfLine(value.Value, line))
	return pr
}

// offsetOfLine returns where the 1-based line begins in s.
func offsetOfLine(s string, line int) int {
	at := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(s[at:], '\n')
		if i < 0 {
			return at
		}
		at += i + 1
	}
	return at
}
