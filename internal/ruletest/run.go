package ruletest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
)

// Run runs all tests. Paths of rule files are relative to dir. The error is about
// the files; what is not as expected is in the results.
func (f *File) Run(dir string) ([]Result, error) {
	loader := newLoader()
	var files []string
	for _, pattern := range f.RuleFiles {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(dir, pattern)
		}
		found, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("rule_files: %w", err)
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("rule_files: there is no file %s", pattern)
		}
		for _, file := range found {
			names, err := loader.read(file)
			if err != nil {
				return nil, err
			}
			files = append(files, names...)
		}
	}
	var out []Result
	for i := range f.Tests {
		t := &f.Tests[i]
		r := Result{Name: t.Name, Line: t.line}
		if err := f.run(t, loader, files, &r); err != nil {
			r.Failures = append(r.Failures, err.Error())
		}
		out = append(out, r)
	}
	return out, nil
}

// run is one test: rules are evaluated step by step over the series, and what is
// expected is looked at when its time has come.
func (f *File) run(t *test, loader *loader, files []string, r *Result) (err error) {
	began := time.Unix(0, 0).UTC()
	if !t.Start.IsZero() {
		began = t.Start.Time
	}
	data, err := promqltest.NewLazyLoader(t.load(f), promqltest.LazyLoaderOpts{
		EnableAtModifier: true, EnableNegativeOffset: true, StartTime: t.Start.Time,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, data.Close()) }()
	step := time.Duration(f.EvaluationInterval)
	data.SubqueryInterval = step
	groups, err := f.groups(t, data, loader, files)
	if err != nil {
		return err
	}

	pending := slices.Clone(t.Alerts)
	slices.SortStableFunc(pending, func(a, b alertTest) int { return cmp.Compare(a.At, b.At) })
	for at := time.Duration(0); at <= t.last(); at += step {
		var failed error
		data.WithSamplesTill(began.Add(at), func(err error) {
			if failed = err; failed != nil {
				return
			}
			for _, g := range groups {
				g.Eval(data.Context(), began.Add(at))
				for _, rule := range g.Rules() {
					if err := rule.LastError(); err != nil {
						failed = errors.Join(failed, fmt.Errorf("rule %s at %s: %w", rule.Name(), model.Duration(at), err))
					}
				}
			}
		})
		if failed != nil {
			return failed
		}
		// What is expected between two evaluations is what the earlier one says.
		for len(pending) > 0 && time.Duration(pending[0].At) < at+step {
			r.Failures = append(r.Failures, pending[0].check(groups)...)
			pending = pending[1:]
		}
	}
	for _, q := range t.Queries {
		r.Failures = append(r.Failures, q.check(data, began, f.FuzzyCompare)...)
	}
	return nil
}

// load writes the series in the notation of Prometheus' tests.
func (t *test) load(f *File) string {
	interval := t.Interval
	if interval == 0 {
		interval = f.EvaluationInterval
	}
	var b strings.Builder
	fmt.Fprintf(&b, "load %dms\n", time.Duration(interval).Milliseconds())
	for _, s := range t.InputSeries {
		fmt.Fprintf(&b, "  %s %s\n", s.Series, s.Values)
	}
	return b.String()
}

func (f *File) groups(t *test, data *promqltest.LazyLoader, loader *loader, files []string) ([]*rules.Group, error) {
	interval := t.Interval
	if interval == 0 {
		interval = f.EvaluationInterval
	}
	m := rules.NewManager(&rules.ManagerOptions{
		QueryFunc:   rules.EngineQueryFunc(data.QueryEngine(), data.Storage()),
		Appendable:  data.Storage(),
		Queryable:   data.Storage(),
		Context:     data.Context(),
		NotifyFunc:  func(context.Context, string, ...*rules.Alert) {},
		Logger:      slog.New(slog.DiscardHandler),
		GroupLoader: loader,
		Parser:      parser.NewParser(parser.Options{}),
	})
	byName, errs := m.LoadGroups(time.Duration(interval), external(t.ExternalLabels), t.ExternalURL, nil, false, files...)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	var out []*rules.Group
	for _, g := range byName {
		for _, rule := range g.Rules() {
			// Without it the series ALERTS is held back until a restart is over.
			if alert, ok := rule.(*rules.AlertingRule); ok {
				alert.SetRestored(true)
			}
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *rules.Group) int {
		return cmp.Or(
			cmp.Compare(slices.Index(f.GroupEvalOrder, a.Name()), slices.Index(f.GroupEvalOrder, b.Name())),
			cmp.Compare(a.File(), b.File()), cmp.Compare(a.Name(), b.Name()),
		)
	})
	return out, nil
}
