package dropin

import (
	"maps"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/relabel"
	"go.yaml.in/yaml/v3"
)

// The lists of rules of a job: one for targets, one for their samples.
const (
	ofTargets = "relabel_configs"
	ofSamples = "metric_relabel_configs"
)

// stamp gives the targets of a job, and by them its samples, the labels that the
// policy wants on all. As with Prometheus' external labels, a label that the job
// or its discovery sets keeps its value, and with honor_labels that of the
// sample does, as with a federation of other clusters. Where the policy holds
// namespaces to their own series these labels tell whose they are, too.
func stamp(node *yaml.Node, job *config.ScrapeConfig, p Policy, namespace string) {
	if p.enforces(namespace) {
		force(node, job, labelNamespace, namespace)
	}
	for _, name := range slices.Sorted(maps.Keys(p.SampleLabels)) {
		if p.enforces(namespace) {
			force(node, job, name, p.SampleLabels[name])
		} else {
			addRule(node, job, ofTargets, name, p.SampleLabels[name], true)
		}
	}
}

// force gives every target, and every sample whatever its target says, a label.
func force(node *yaml.Node, job *config.ScrapeConfig, name, value string) {
	addRule(node, job, ofTargets, name, value, false)
	addRule(node, job, ofSamples, name, value, false)
}

// addRule appends a rule that sets a label, if it must be so only where there is
// none, to the job as it is written and to the job as it was read.
func addRule(node *yaml.Node, job *config.ScrapeConfig, section, name, value string, onlyEmpty bool) {
	rule := relabel.DefaultRelabelConfig
	rule.TargetLabel, rule.Replacement = name, escapeReplacement(value)
	rule.NameValidationScheme = job.MetricNameValidationScheme
	written := mappingOf(plain("target_label"), plain(name), plain("replacement"), quoted(rule.Replacement))
	if onlyEmpty {
		rule.SourceLabels = model.LabelNames{model.LabelName(name)}
		rule.Regex = relabel.MustNewRegexp("")
		written.Content = append([]*yaml.Node{
			plain("source_labels"), listOf(plain(name)), plain("regex"), quoted(""),
		}, written.Content...)
	}
	if list := valueAt(node, section); list != nil && list.Kind == yaml.SequenceNode {
		list.Content = append(list.Content, written)
	} else {
		setValue(node, section, listOf(written))
	}
	if section == ofTargets {
		job.RelabelConfigs = append(job.RelabelConfigs, &rule)
	} else {
		job.MetricRelabelConfigs = append(job.MetricRelabelConfigs, &rule)
	}
}
