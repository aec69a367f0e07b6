package dropin

import (
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

func checkRules(it Item) ([]byte, []Problem) {
	var problems []Problem
	_, errs := rulefmt.Parse(it.Data, false, model.UTF8Validation, parser.NewParser(parser.Options{}), promslog.NewNopLogger())
	for _, err := range errs {
		problems = append(problems, Problem{Code: CodeRulesInvalid, Message: err.Error()})
	}
	return it.Data, problems
}
