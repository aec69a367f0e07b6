package rules

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/rulefmt"
)

// Table is the list of all alerts for people, in Markdown.
func Table(root fs.FS) (string, error) {
	files, err := Files(root)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("# Alerts\n\nGenerated from `rules/`. Thresholds are changed by `rules.overrides.ALERT.thresholds.NAME`, see [content](content.md#tune-an-alert).\n")
	for _, f := range files {
		thresholds, err := ReadThresholds(root, f)
		if err != nil {
			return "", err
		}
		var rows []string
		for _, g := range f.Groups {
			for _, r := range g.Rules {
				if r.Alert != "" {
					rows = append(rows, tableRow(g.Name, r, thresholds[r.Alert]))
				}
			}
		}
		if len(rows) > 0 {
			fmt.Fprintf(&b, "\n## %s\n\n| Alert | Severity | After | Thresholds | Group |\n| --- | --- | --- | --- | --- |\n%s", strings.TrimSuffix(f.Name, ".yaml"), strings.Join(rows, ""))
		}
	}
	moved, err := renamed()
	return b.String() + moved, err
}

func tableRow(group string, r rulefmt.Rule, thresholds map[string]Threshold) string {
	var numbers []string
	for _, name := range slices.Sorted(maps.Keys(thresholds)) {
		t := thresholds[name]
		// An alert of several severities has thresholds that concern one of them only.
		if whole(r.Expr, strings.ReplaceAll(t.At[0], placeholder, t.number())) == nil {
			numbers = append(numbers, fmt.Sprintf("`%s` %s %s", name, t.number(), t.Unit))
		}
	}
	wait := "at once"
	if r.For > 0 {
		wait = r.For.String()
	}
	return fmt.Sprintf("| [%s](runbooks/%s.md) | %s | %s | %s | `%s` |\n", r.Alert, r.Alert, r.Labels["severity"], wait, strings.Join(numbers, ", "), group)
}
