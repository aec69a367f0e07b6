package ruletest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
)

// check compares the alerts that fire now with those expected.
func (a alertTest) check(groups []*rules.Group) []string {
	at := model.Duration(a.At)
	if a.Alertname == "" {
		return []string{fmt.Sprintf("an expectation at %s names no alert", at)}
	}
	var got, want []string
	for _, g := range groups {
		for _, rule := range g.Rules() {
			alert, ok := rule.(*rules.AlertingRule)
			if !ok || alert.Name() != a.Alertname {
				continue
			}
			for _, active := range alert.ActiveAlerts() {
				if active.State == rules.StateFiring {
					got = append(got, describeAlert(active.Labels, active.Annotations))
				}
			}
		}
	}
	for _, e := range a.Expected {
		b := labels.NewBuilder(labels.FromMap(e.Labels))
		b.Set(labels.AlertName, a.Alertname) // the author need not repeat it
		want = append(want, describeAlert(b.Labels(), labels.FromMap(e.Annotations)))
	}
	return differs(fmt.Sprintf("alert %s at %s", a.Alertname, at), want, got)
}

func describeAlert(l, annotations labels.Labels) string {
	if annotations.IsEmpty() {
		return l.String()
	}
	return l.String() + " annotations " + annotations.String()
}

// check asks the query and compares.
func (q queryTest) check(data *promqltest.LazyLoader, began time.Time, fuzzy bool) []string {
	what := fmt.Sprintf("expression %s at %s", q.Expr, model.Duration(q.At))
	vector, err := ask(data, q.Expr, began.Add(time.Duration(q.At)))
	if err != nil {
		return []string{what + ": " + err.Error()}
	}
	p := parser.NewParser(parser.Options{})
	var got, want []string
	wanted := map[string]float64{}
	for _, e := range q.Expected {
		l, err := p.ParseMetric(e.Labels)
		if err != nil {
			return []string{fmt.Sprintf("%s: labels %q: %v", what, e.Labels, err)}
		}
		value := format(e.Value)
		if e.Histogram != "" {
			if value, err = histogram(p, e.Histogram); err != nil {
				return []string{fmt.Sprintf("%s: %v", what, err)}
			}
		} else {
			wanted[l.String()] = e.Value
		}
		want = append(want, l.String()+" "+value)
	}
	for _, s := range vector {
		value := format(s.F)
		if s.H != nil {
			value = promqltest.HistogramTestExpression(s.H)
		} else if e, ok := wanted[s.Metric.String()]; ok && fuzzy && near(e, s.F) {
			value = format(e)
		}
		got = append(got, s.Metric.String()+" "+value)
	}
	return differs(what, want, got)
}

func ask(data *promqltest.LazyLoader, expr string, at time.Time) (promql.Vector, error) {
	q, err := data.QueryEngine().NewInstantQuery(data.Context(), data.Queryable(), nil, expr, at)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	res := q.Exec(data.Context())
	if res.Err != nil {
		return nil, res.Err
	}
	switch v := res.Value.(type) {
	case promql.Vector:
		return slices.Clone(v), nil
	case promql.Scalar:
		return promql.Vector{{T: v.T, F: v.V}}, nil
	default:
		return nil, fmt.Errorf("the result is a %s, and neither a vector nor a scalar", v.Type())
	}
}

// histogram brings an expected native histogram into the form that results have.
func histogram(p parser.Parser, text string) (string, error) {
	_, values, err := p.ParseSeriesDesc("{} " + text)
	switch {
	case err != nil:
		return "", err
	case len(values) != 1 || values[0].Histogram == nil:
		return "", fmt.Errorf("%q is not one histogram", text)
	}
	return promqltest.HistogramTestExpression(values[0].Histogram), nil
}

// near says whether two numbers are the same or neighbours.
func near(x, y float64) bool {
	return math.Nextafter(x, math.Inf(-1)) == y || math.Nextafter(x, math.Inf(1)) == y
}

func format(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// differs says what is missing and what is too much, in whatever order.
func differs(what string, want, got []string) []string {
	slices.Sort(want)
	slices.Sort(got)
	if slices.Equal(want, got) {
		return nil
	}
	show := func(list []string) string {
		if len(list) == 0 {
			return "nothing"
		}
		return strings.Join(list, ", ")
	}
	return []string{fmt.Sprintf("%s: expected %s, got %s", what, show(want), show(got))}
}
