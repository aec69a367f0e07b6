// Package ruletest runs unit tests of rules, in the format of promtool, on rule
// files and on manifests that hold rule files. It evaluates with Prometheus' own
// engine and rules.
package ruletest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"go.yaml.in/yaml/v3"
)

// File is a file of tests.
type File struct {
	RuleFiles          []string `yaml:"rule_files"`
	EvaluationInterval duration `yaml:"evaluation_interval"`
	GroupEvalOrder     []string `yaml:"group_eval_order"`
	FuzzyCompare       bool     `yaml:"fuzzy_compare"`
	Tests              []test   `yaml:"tests"`
}

// Result is what came of one test.
type Result struct {
	Name string
	// Line is where the test begins.
	Line int
	// Failures say what is not as expected. None is success.
	Failures []string
}

// test is one set of series and what is expected of the rules over them.
type test struct {
	Name           string            `yaml:"name"`
	Interval       duration          `yaml:"interval"`
	InputSeries    []series          `yaml:"input_series"`
	Alerts         []alertTest       `yaml:"alert_rule_test"`
	Queries        []queryTest       `yaml:"promql_expr_test"`
	ExternalLabels map[string]string `yaml:"external_labels"`
	ExternalURL    string            `yaml:"external_url"`
	Start          start             `yaml:"start_timestamp"`

	line int
}

type series struct {
	Series string `yaml:"series"`
	Values string `yaml:"values"`
}

type alertTest struct {
	At        duration `yaml:"eval_time"`
	Alertname string   `yaml:"alertname"`
	Expected  []struct {
		Labels      map[string]string `yaml:"exp_labels"`
		Annotations map[string]string `yaml:"exp_annotations"`
	} `yaml:"exp_alerts"`
}

type queryTest struct {
	Expr     string   `yaml:"expr"`
	At       duration `yaml:"eval_time"`
	Expected []struct {
		Labels    string  `yaml:"labels"`
		Value     float64 `yaml:"value"`
		Histogram string  `yaml:"histogram"`
	} `yaml:"exp_samples"`
}

// duration is a Prometheus duration in YAML.
type duration time.Duration

// UnmarshalYAML implements [yaml.Unmarshaler].
func (d *duration) UnmarshalYAML(n *yaml.Node) error {
	parsed, err := model.ParseDuration(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	*d = duration(parsed)
	return nil
}

// start is a point in time: RFC 3339, or seconds since 1970.
type start struct{ time.Time }

// UnmarshalYAML implements [yaml.Unmarshaler].
func (s *start) UnmarshalYAML(n *yaml.Node) error {
	if t, err := time.Parse(time.RFC3339Nano, n.Value); err == nil {
		s.Time = t
		return nil
	}
	var seconds float64
	if err := n.Decode(&seconds); err != nil {
		return fmt.Errorf("line %d: %q is neither a time nor a number of seconds", n.Line, n.Value)
	}
	s.Time = time.UnixMilli(int64(seconds * 1000)).UTC()
	return nil
}

// UnmarshalYAML implements [yaml.Unmarshaler] and keeps the line.
func (t *test) UnmarshalYAML(n *yaml.Node) error {
	type plain test
	// Decoding by a node does not refuse unknown fields, and a misspelled
	// expectation would expect nothing.
	known := map[string]bool{
		"name": true, "interval": true, "input_series": true, "alert_rule_test": true, "promql_expr_test": true,
		"external_labels": true, "external_url": true, "start_timestamp": true,
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; !known[key.Value] {
			return fmt.Errorf("line %d: a test has no field %q", key.Line, key.Value)
		}
	}
	if err := n.Decode((*plain)(t)); err != nil {
		return err
	}
	t.line = n.Line
	return nil
}

// Is says whether a YAML document is a file of tests.
func Is(content map[string]any) bool {
	_, tests := content["tests"]
	_, files := content["rule_files"]
	return tests && files
}

// Parse reads a file of tests.
func Parse(data []byte) (*File, error) {
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	dec.KnownFields(true)
	var f File
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	if len(f.Tests) == 0 {
		return nil, errors.New("there are no tests")
	}
	if f.EvaluationInterval == 0 {
		f.EvaluationInterval = duration(time.Minute)
	}
	return &f, nil
}

// last is the time of the last expectation.
func (t *test) last() time.Duration {
	var last duration
	for _, a := range t.Alerts {
		last = max(last, a.At)
	}
	for _, q := range t.Queries {
		last = max(last, q.At)
	}
	return time.Duration(last)
}

func external(m map[string]string) labels.Labels { return labels.FromMap(m) }
