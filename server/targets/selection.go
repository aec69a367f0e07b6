package targets

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
)

// discoveredPrefix is that of the labels discovery sets. All others are set or
// changed by the scrape configuration before relabeling, so their values in a
// group say nothing.
const discoveredPrefix = "__meta_kubernetes_"

// requirement is necessary for a target to survive relabeling: the label has
// one of the values. The empty value stands for a missing label.
type requirement struct {
	label  model.LabelName
	values []string
}

// selection is what a job's relabeling says about the groups it can use at all:
// each requirement is necessary, all together need not be sufficient. Relabeling
// still runs in full on what the selection lets through, so nothing depends on
// it but the cost.
type selection []requirement

// selectionOf reads the keep rules that a job begins with. It looks past rules
// that do not change a label it reads, and ends at the first it cannot see
// through.
func selectionOf(rules []*relabel.Config) selection {
	var sel selection
	changed := map[string]bool{}
	for _, r := range rules {
		switch r.Action {
		case relabel.Keep:
			if !slices.ContainsFunc(r.SourceLabels, func(n model.LabelName) bool { return changed[string(n)] }) {
				sel = append(sel, requirementsOf(r)...)
			}
		case relabel.Drop, relabel.KeepEqual, relabel.DropEqual:
			// These only drop.
		case relabel.Replace, relabel.Lowercase, relabel.Uppercase, relabel.HashMod:
			if strings.Contains(r.TargetLabel, "$") {
				return sel // the label changed depends on a value
			}
			changed[r.TargetLabel] = true
		default:
			return sel // labelmap, labeldrop and labelkeep can change any label
		}
	}
	return sel
}

// requirementsOf turns a keep rule whose expression is a list of literals into
// requirements, one for each source label.
func requirementsOf(r *relabel.Config) []requirement {
	m, err := labels.NewFastRegexMatcher(r.Regex.String())
	if err != nil || len(r.SourceLabels) == 0 {
		return nil
	}
	literals := m.SetMatches()
	if len(literals) == 0 {
		return nil
	}
	reqs := make([]requirement, len(r.SourceLabels))
	for i, l := range r.SourceLabels {
		reqs[i].label = l
	}
	for _, lit := range literals {
		parts := []string{lit}
		if len(reqs) > 1 {
			if r.Separator == "" {
				return nil // where one value ends cannot be told
			}
			parts = strings.Split(lit, r.Separator)
		}
		if len(parts) != len(reqs) {
			// More separators than joints: one of the values contains one, and
			// which is open. Fewer: nothing can match this literal.
			if len(parts) < len(reqs) {
				continue
			}
			return nil
		}
		for i, p := range parts {
			if !slices.Contains(reqs[i].values, p) {
				reqs[i].values = append(reqs[i].values, p)
			}
		}
	}
	return slices.DeleteFunc(reqs, func(q requirement) bool {
		return !strings.HasPrefix(string(q.label), discoveredPrefix)
	})
}

// admits says whether some target of g can meet the selection.
func (sel selection) admits(g *targetgroup.Group) bool {
	return slices.ContainsFunc(g.Targets, func(t model.LabelSet) bool {
		for _, q := range sel {
			v, own := t[q.label]
			if !own {
				v = g.Labels[q.label]
			}
			if !slices.Contains(q.values, string(v)) {
				return false
			}
		}
		return true
	})
}
