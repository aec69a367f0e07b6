// Package rules reads the project's rules for the generators of what the chart
// and the documents hold beside them: thresholds that values may change, metrics
// that are in use, and the table of alerts. Its tests hold the laws that rules
// obey, and run their unit tests.
package rules

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// Dir is where the rules are, from the project's root.
const Dir = "rules"

// File is one rule file.
type File struct {
	// Name is its name without its folder.
	Name   string
	Groups []rulefmt.RuleGroup
}

// Files are the rule files of a project in the order of their names, without
// their unit tests.
func Files(root fs.FS) ([]File, error) {
	paths, err := fs.Glob(root, Dir+"/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []File
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.yaml") {
			continue
		}
		data, err := fs.ReadFile(root, p)
		if err != nil {
			return nil, err
		}
		groups, errs := rulefmt.Parse(data, false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
		if len(errs) > 0 {
			return nil, fmt.Errorf("%s: %w", p, errors.Join(errs...))
		}
		out = append(out, File{Name: path.Base(p), Groups: groups.Groups})
	}
	return out, nil
}

// alerts are the alerts of a file by name. One name can have several, which
// differ in severity.
func (f File) alerts() map[string][]rulefmt.Rule {
	out := map[string][]rulefmt.Rule{}
	for _, g := range f.Groups {
		for _, r := range g.Rules {
			if r.Alert != "" {
				out[r.Alert] = append(out[r.Alert], r)
			}
		}
	}
	return out
}
