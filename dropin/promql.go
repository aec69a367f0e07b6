package dropin

import (
	"fmt"

	"github.com/prometheus/prometheus/promql/parser"
)

// promQL parses the expressions of rules.
func promQL() parser.Parser { return ruleParser{parser.NewParser(parser.Options{})} }

// ruleParser refuses, beyond what is not PromQL, expressions whose result no
// rule can use: upstream loads them, and then fails at each evaluation
// (rules/manager.go, EngineQueryFunc).
type ruleParser struct{ parser.Parser }

// ParseExpr implements [parser.Parser].
func (p ruleParser) ParseExpr(s string) (parser.Expr, error) {
	expr, err := p.Parser.ParseExpr(s)
	if err != nil {
		return nil, err
	}
	switch expr.Type() {
	case parser.ValueTypeVector, parser.ValueTypeScalar:
		return expr, nil
	}
	return nil, fmt.Errorf("the result of a rule is an instant vector or a scalar, and this is a %s", parser.DocumentedType(expr.Type()))
}

// maxOperators bounds the operators and brackets of one expression. The PromQL
// parser takes time in the square of their depth: 100,000 nested parentheses,
// 200 kB, keep it busy for a quarter of a minute, here and in the server.
const maxOperators = 1_000

func tooManyOperators(expr string) bool {
	lexer := parser.Lex(expr)
	for n := 0; n <= maxOperators; {
		var item parser.Item
		lexer.NextItem(&item)
		switch {
		case item.Typ == parser.EOF, item.Typ == parser.ERROR:
			return false
		case item.Typ.IsOperator(), item.Typ == parser.LEFT_PAREN, item.Typ == parser.LEFT_BRACKET, item.Typ == parser.LEFT_BRACE:
			n++
		}
	}
	return true
}
