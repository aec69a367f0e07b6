package dropin

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/kubernetes"
	"github.com/prometheus/prometheus/model/relabel"
	"go.yaml.in/yaml/v3"
)

// publishJobs prefixes the names of jobs with the item's Ref, so that no two
// drop-ins can clash, and forces the policy into them. It edits the author's
// YAML and not upstream's structs, which do not show secrets when written.
func publishJobs(root *yaml.Node, nodes []*yaml.Node, jobs []*config.ScrapeConfig, it Item, p Policy) ([]byte, []Problem) {
	for i, job := range jobs {
		internal := it.Ref.String() + "/" + job.JobName
		setValue(nodes[i], "job_name", quoted(internal))
		prepend(nodes[i], "relabel_configs", jobLabelRule(internal, job.JobName))
		if err := expectJob(job, internal); err != nil {
			return nil, []Problem{{Line: nodes[i].Line, Code: CodeScrapeInvalid, Message: err.Error()}}
		}
		if !p.trusts(it.Ref.Namespace) {
			forceNamespace(nodes[i], job, it.Ref.Namespace)
		}
		stamp(nodes[i], job, p, it.Ref.Namespace)
	}
	out, err := encode(root)
	if err != nil {
		return nil, []Problem{{Code: CodeAmbiguous, Message: err.Error()}}
	}
	// What was published must mean what was written. The two readers of YAML that
	// are at work here agree but for rare corners, and a drop-in in such a corner
	// is refused rather than changed.
	published, err := decodeJobs(out)
	if err == nil {
		err = validateJobs(published)
	}
	if err != nil || !reflect.DeepEqual(published, jobs) {
		return nil, []Problem{{
			Code:    CodeAmbiguous,
			Message: "readers of YAML do not agree on what it means",
			Remedy:  "Write merge keys (<<), tags and unusual scalars out.",
		}}
	}
	return out, nil
}

// jobLabelRule sets the job label back to what the author wrote. It matches the
// internal name only, so that a discovery that sets the label itself keeps it.
func jobLabelRule(internal, author string) *yaml.Node {
	return mappingOf(
		plain("source_labels"), listOf(plain("job")),
		plain("regex"), quoted(regexp.QuoteMeta(internal)),
		plain("target_label"), plain("job"),
		plain("replacement"), quoted(escapeReplacement(author)),
	)
}

// escapeReplacement keeps a '$' in a name from being read as a capture group.
func escapeReplacement(s string) string { return strings.ReplaceAll(s, "$", "$$") }

func prepend(m *yaml.Node, key string, n *yaml.Node) {
	list := valueAt(m, key)
	if list == nil || list.Kind != yaml.SequenceNode {
		setValue(m, key, listOf(n))
		return
	}
	list.Content = append([]*yaml.Node{n}, list.Content...)
}

// expectJob makes the same change to the parsed job.
func expectJob(job *config.ScrapeConfig, internal string) error {
	re, err := relabel.NewRegexp(regexp.QuoteMeta(internal))
	if err != nil {
		return err
	}
	rule := relabel.DefaultRelabelConfig
	rule.SourceLabels = model.LabelNames{model.JobLabel}
	rule.Regex = re
	rule.TargetLabel = model.JobLabel
	rule.Replacement = escapeReplacement(job.JobName)
	rule.NameValidationScheme = job.MetricNameValidationScheme
	job.RelabelConfigs = append([]*relabel.Config{&rule}, job.RelabelConfigs...)
	job.JobName = internal
	return nil
}

// forceNamespace restricts discovery with the server's own identity to one
// namespace. With an API server of its own, a job has an identity of its own.
func forceNamespace(node *yaml.Node, job *config.ScrapeConfig, namespace string) {
	i := 0
	for _, sd := range job.ServiceDiscoveryConfigs {
		k8s, ok := sd.(*kubernetes.SDConfig)
		if !ok {
			continue
		}
		n := valueAt(node, "kubernetes_sd_configs").Content[i]
		i++
		if k8s.APIServer.URL != nil {
			continue
		}
		k8s.NamespaceDiscovery.Names = []string{namespace}
		setValue(n, "namespaces", mappingOf(plain("names"), listOf(quoted(namespace))))
	}
}
