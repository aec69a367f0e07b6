package ruletest

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/manifest"
)

// loader is a [rules.GroupLoader] of rule files, be they files or in manifests.
type loader struct {
	parser.Parser
	files map[string][]byte
}

func newLoader() *loader {
	return &loader{Parser: parser.NewParser(parser.Options{}), files: map[string][]byte{}}
}

// read reads a file and returns the names by which its rule files are known.
func (l *loader) read(file string) ([]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	found := map[string][]byte{}
	objects, err := manifest.Decode(file, data)
	if err == nil {
		for _, o := range objects {
			items, _ := dropin.FromConfigMap(o.ConfigMap)
			for _, it := range items {
				if it.Kind == dropin.KindRules {
					found[it.Ref.String()] = it.Data
				}
			}
		}
	}
	for _, r := range manifest.Resources(file, data) {
		if r.Kind != "PrometheusRule" {
			continue
		}
		if found[r.Namespace+"/"+r.Name], err = yaml.Marshal(r.Content["spec"]); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if len(found) == 0 {
		found[file] = data
	}
	maps.Copy(l.files, found)
	return slices.Sorted(maps.Keys(found)), nil
}

// Load implements [rules.GroupLoader].
func (l *loader) Load(name string, ignoreUnknown bool, scheme model.ValidationScheme) (*rulefmt.RuleGroups, []error) {
	groups, errs := rulefmt.Parse(l.files[name], ignoreUnknown, scheme, l.Parser, promslog.NewNopLogger())
	for i, err := range errs {
		errs[i] = fmt.Errorf("%s: %w", name, err)
	}
	return groups, errs
}

// Parse implements [rules.GroupLoader].
func (l *loader) Parse(query string) (parser.Expr, error) { return l.ParseExpr(query) }
