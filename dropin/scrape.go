package dropin

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/prometheus/prometheus/config"
	yamlv2 "go.yaml.in/yaml/v2"
	"go.yaml.in/yaml/v3"

	// The discoveries that a scrape job may use are those that the server links.
	_ "github.com/kube-monitoring-stack/kube-monitoring-stack/internal/sd"
)

func checkScrape(it Item, _ Policy) ([]byte, []Problem) {
	var file config.ScrapeConfigs
	if err := yamlv2.UnmarshalStrict(it.Data, &file); err != nil {
		return nil, []Problem{{Code: CodeScrapeInvalid, Message: err.Error()}}
	}
	seen := map[string]bool{}
	for _, job := range file.ScrapeConfigs {
		if err := job.Validate(config.DefaultGlobalConfig); err != nil {
			return nil, []Problem{{Code: CodeScrapeInvalid, Message: err.Error()}}
		}
		if seen[job.JobName] {
			return nil, []Problem{{Code: CodeDuplicateJob, Message: fmt.Sprintf("job %q is there twice", job.JobName)}}
		}
		seen[job.JobName] = true
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(it.Data, &doc); err != nil {
		return nil, []Problem{{Code: CodeYAMLSyntax, Message: err.Error()}}
	}
	if len(file.ScrapeConfigs) > 0 {
		jobs := valueAt(doc.Content[0], "scrape_configs")
		for i, job := range file.ScrapeConfigs {
			prefixJob(jobs.Content[i], it.Ref.String()+"/"+job.JobName, job.JobName)
		}
	}
	out, err := yaml.Marshal(&doc)
	if err != nil {
		return nil, []Problem{{Code: CodeScrapeInvalid, Message: err.Error()}}
	}
	return out, nil
}

func prefixJob(job *yaml.Node, internal, author string) {
	*valueAt(job, "job_name") = *quoted(internal)
	rule := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
		plain("source_labels"), {Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{plain("job")}},
		plain("regex"), quoted(regexp.QuoteMeta(internal)),
		plain("target_label"), plain("job"),
		plain("replacement"), quoted(strings.ReplaceAll(author, "$", "$$")),
	}}
	rules := valueAt(job, "relabel_configs")
	if rules == nil {
		rules = &yaml.Node{Kind: yaml.SequenceNode}
		job.Content = append(job.Content, plain("relabel_configs"), rules)
	}
	if rules.Kind != yaml.SequenceNode {
		*rules = yaml.Node{Kind: yaml.SequenceNode}
	}
	rules.Content = append([]*yaml.Node{rule}, rules.Content...)
}

func valueAt(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

func plain(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

func quoted(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s}
}
