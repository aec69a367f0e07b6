package dropin

import (
	"errors"
	"strings"

	"github.com/prometheus-community/prom-label-proxy/injectproxy"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

// labelNamespace is the label that says whose a series is.
const labelNamespace = "namespace"

const remedyEnforced = "Leave the namespace out: it is added. " + remedyTrust

// enforces says whether drop-ins of a namespace are held to its series.
func (p Policy) enforces(namespace string) bool { return p.EnforceNamespace && !p.trusts(namespace) }

// enforceRules returns the rule file with a matcher for the namespace in each
// selector and the namespace as a label of each result, or what the rules ask
// for beyond that. The file has been found to be good.
func (f ruleFile) enforceRules(root *yaml.Node, groups []*yaml.Node, namespace string) ([]byte, []Problem) {
	enforcer := injectproxy.NewPromQLEnforcerWithOptions(true, parser.Options{},
		labels.MustNewMatcher(labels.MatchEqual, labelNamespace, namespace))
	var problems []Problem
	for _, group := range groups {
		for _, rule := range notNull(valueAt(group, "rules")) {
			problems = append(problems, f.enforceRule(rule, enforcer, namespace)...)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	out, err := encode(root)
	if err == nil {
		err = errors.Join(parseRules(out)...)
	}
	if err != nil {
		return nil, []Problem{{Code: CodeAmbiguous, Message: err.Error(), Remedy: "Write merge keys (<<), tags and unusual scalars out."}}
	}
	return out, nil
}

func (f ruleFile) enforceRule(rule *yaml.Node, enforcer *injectproxy.PromQLEnforcer, namespace string) []Problem {
	var problems []Problem
	refuse := func(at *yaml.Node, message string) {
		problems = append(problems, Problem{Line: at.Line, Code: CodeRuleNamespace, Message: message, Remedy: remedyEnforced})
	}
	expr := valueAt(rule, "expr")
	if enforced, err := enforcer.Enforce(expr.Value); err != nil {
		refuse(expr, "the expression cannot be held to namespace "+quote(namespace)+": "+err.Error())
	} else {
		setValue(rule, "expr", quoted(enforced))
	}
	for _, section := range []string{"labels", "annotations"} {
		for _, value := range pairs(valueAt(rule, section)) {
			if queries(value.Value) {
				refuse(value, "the template runs a query of its own, which sees every namespace")
			}
		}
	}
	set := valueAt(rule, "labels")
	if set == nil || set.Kind != yaml.MappingNode {
		set = mappingOf()
		setValue(rule, "labels", set)
	}
	if own := valueAt(set, labelNamespace); own != nil && own.Value != namespace && !strings.Contains(own.Value, "{{") {
		refuse(own, "the rule sets the label namespace to "+quote(own.Value))
	}
	setValue(set, labelNamespace, quoted(namespace))
	return problems
}
