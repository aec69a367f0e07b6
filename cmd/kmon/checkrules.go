package main

import (
	"path/filepath"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/manifest"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/ruletest"
)

// checkRuleFiles checks files that are no manifests: rule files as Prometheus reads
// them, and unit tests as promtool does.
func checkRuleFiles(resources []manifest.Resource, files []input, r *report) {
	plain := map[string]bool{}
	for _, res := range resources {
		if res.Kind == "" && res.APIVersion == "" {
			plain[res.File] = plain[res.File] || isRuleFile(res.Content) || ruletest.Is(res.Content)
		}
	}
	for _, f := range files {
		if !plain[f.name] {
			continue
		}
		// The whole file and not its documents: Prometheus reads the first and drops
		// the others.
		if tests, err := ruletest.Parse(f.data); err == nil {
			runTests(f.name, tests, r)
			continue
		}
		c := dropin.Check(dropin.Item{Ref: dropin.Ref{Key: filepath.Base(f.name)}, Kind: dropin.KindRules, Data: f.data}, dropin.Policy{})
		for _, p := range c.Problems {
			r.add(findingOf(f.name, p.Line, p))
		}
	}
}

func isRuleFile(content map[string]any) bool {
	_, ok := content["groups"]
	return ok
}

func runTests(file string, tests *ruletest.File, r *report) {
	results, err := tests.Run(filepath.Dir(file))
	if err != nil {
		r.add(finding{File: file, Code: codeUnitTest, Message: err.Error()})
		return
	}
	r.Tests += len(results)
	for _, res := range results {
		for _, failure := range res.Failures {
			message := failure
			if res.Name != "" {
				message = res.Name + ": " + failure
			}
			r.add(finding{File: file, Line: res.Line, Code: codeUnitTest, Message: message})
		}
	}
}
