package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/shard"
)

// relabel applies the job's rules one after the other and says whether all
// keep the target.
func (w *walker) relabel(t *TargetVerdict, j *Job, lb *labels.Builder) bool {
	for i, rule := range j.Config.RelabelConfigs {
		s := Step{Number: i + 1 - setBack(j.Config), Rule: rule, Sources: sources(rule, lb)}
		s.Keep = relabel.ProcessBuilder(lb, rule)
		if w.verbose {
			output := lb.Labels()
			s.Output = &output
			t.Steps = append(t.Steps, s)
		}
		if s.Keep {
			if rule.Action == relabel.Keep {
				t.score.passed += evidence(s.Sources)
			}
			continue
		}
		t.Drop = &s
		if shard.Elsewhere(rule) {
			t.verdict(Dropped, "leaves it to shard "+s.Sources[0].Value)
			t.score.passed += s.nearly()
			t.Remedy = "Each shard scrapes a part of the targets: ask a server of that shard."
			return false
		}
		t.verdict(Dropped, fmt.Sprintf("drops it at relabel step %d: %s", s.Number, s.sentence()))
		t.score.passed += s.nearly()
		t.Remedy = w.facts.dropped(&s)
		return false
	}
	return true
}

// setBack is 1 if the job begins with the rule that a drop-in's job is given,
// which sets the job label back to what its author wrote. The author counts
// from the rule after it.
func setBack(cfg *config.ScrapeConfig) int {
	if len(cfg.RelabelConfigs) == 0 {
		return 0
	}
	r := cfg.RelabelConfigs[0]
	if r.Action == relabel.Replace && r.TargetLabel == model.JobLabel &&
		slices.Equal(r.SourceLabels, model.LabelNames{model.JobLabel}) && r.Regex.String() == regexp.QuoteMeta(cfg.JobName) {
		return 1
	}
	return 0
}

func sources(r *relabel.Config, lb *labels.Builder) []Value {
	out := make([]Value, 0, len(r.SourceLabels)+1)
	for _, n := range r.SourceLabels {
		out = append(out, Value{string(n), lb.Get(string(n))})
	}
	return out
}

// sentence says what a step did not like, with the values it looked at.
func (s *Step) sentence() string {
	what := make([]string, 0, len(s.Sources))
	for _, v := range s.Sources {
		what = append(what, v.String())
	}
	left := strings.Join(what, ", ")
	switch r := s.Rule; r.Action {
	case relabel.Keep:
		return fmt.Sprintf("keep %s does not match %q", left, r.Regex.String())
	case relabel.Drop:
		return fmt.Sprintf("drop %s matches %q", left, r.Regex.String())
	case relabel.KeepEqual:
		return fmt.Sprintf("keepequal %s is not equal to the label %s", left, r.TargetLabel)
	case relabel.DropEqual:
		return fmt.Sprintf("dropequal %s is equal to the label %s", left, r.TargetLabel)
	default: // the others drop nothing
		return string(r.Action) + " " + left
	}
}

// String is label="value", as in PromQL.
func (v Value) String() string {
	if v.Value == "" {
		return v.Label + " (not set)"
	}
	return fmt.Sprintf("%s=%q", v.Label, v.Value)
}

// want is a source label of a keep rule that has none of the values which the
// rule would accept from it.
type want struct {
	Value
	accepted []string
}

// missed returns which source labels are why a keep rule of literals did not
// match, measured by the literal that most of them fit. False if the rule's
// expression is a pattern.
func (s *Step) missed() ([]want, bool) {
	r := s.Rule
	if r.Action != relabel.Keep || len(s.Sources) == 0 {
		return nil, false
	}
	m, err := labels.NewFastRegexMatcher(r.Regex.String())
	if err != nil {
		return nil, false
	}
	var best []want
	for _, literal := range m.SetMatches() {
		parts := []string{literal}
		if len(s.Sources) > 1 {
			parts = strings.Split(literal, r.Separator)
		}
		if len(parts) != len(s.Sources) {
			return nil, false // a value holds the separator
		}
		var misses []want
		for i, v := range s.Sources {
			if parts[i] != v.Value {
				misses = append(misses, want{v, []string{parts[i]}})
			}
		}
		switch {
		case best == nil || len(misses) < len(best):
			best = misses
		case len(misses) == 1 && len(best) == 1 && misses[0].Label == best[0].Label:
			best[0].accepted = append(best[0].accepted, misses[0].accepted...)
		}
	}
	return best, best != nil
}
