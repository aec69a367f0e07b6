package dropin

import (
	"fmt"

	"github.com/prometheus/prometheus/config"
	yamlv2 "go.yaml.in/yaml/v2"
	"go.yaml.in/yaml/v3"

	// The discoveries that a scrape job may use are those that the server links.
	_ "github.com/kube-monitoring-stack/kube-monitoring-stack/internal/sd"
)

// checkScrape validates a file with scrape_configs and returns it with the job
// names prefixed and the policy applied.
func checkScrape(it Item, p Policy) (made, []Problem) {
	root, problems := document(it.Data)
	if root == nil {
		return made{}, problems
	}
	nodes, more := section(root, KindScrape, "scrape_configs")
	problems = append(problems, more...)
	problems = append(problems, duplicateJobs(nodes)...)

	// The author's own bytes, as Prometheus reads them, are the reference. The
	// jobs are looked at one by one only if something is wrong.
	jobs, err := decodeJobs(it.Data)
	if err == nil {
		err = validateJobs(jobs)
	}
	if err != nil || len(problems) > 0 {
		left := maxTried
		for _, n := range nodes {
			if len(problems) >= maxProblems {
				break
			}
			problems = append(problems, diagnoseJob(n, it, p, &left)...)
		}
		if len(problems) == 0 {
			problems = []Problem{{Code: CodeScrapeInvalid, Message: err.Error()}}
		}
		return made{}, problems
	}
	for i, job := range jobs {
		problems = append(problems, checkJob(job, nodes[i], it, p)...)
	}
	if len(problems) > 0 {
		return made{}, problems
	}
	n := len(jobs)
	published, problems := publishJobs(root, nodes, jobs, it, p)
	return made{published: published, jobs: n}, problems
}

// section returns the elements of the one list that a file of the kind holds.
// What is not of that shape it tells, and takes out of the tree.
func section(root *yaml.Node, kind Kind, name string) ([]*yaml.Node, []Problem) {
	if root.Kind != yaml.MappingNode {
		return nil, []Problem{{
			Line: root.Line, Code: CodeWrongType,
			Message: fmt.Sprintf("a drop-in of kind %s is a mapping with the key %s", kind, name),
			Remedy:  fmt.Sprintf("Begin it with %q and indent what follows.", name+":"),
		}}
	}
	var problems []Problem
	known := mappingOf()
	for key, value := range pairs(root) {
		switch {
		case key.Value != name:
			problems = append(problems, unknownSection(key, kind, name))
		case value.Kind != yaml.SequenceNode && !isNull(value):
			problems = append(problems, Problem{
				Line: placeLine(key, value), Code: CodeWrongType,
				Message: name + " is not a list",
				Remedy:  "Begin each element with '- '.",
			})
		default:
			known.Content = append(known.Content, key, value)
		}
	}
	root.Content = known.Content
	list := valueAt(root, name)
	if list == nil {
		return nil, problems
	}
	var elements []*yaml.Node
	for _, n := range list.Content {
		if n.Kind == yaml.MappingNode {
			elements = append(elements, n)
			continue
		}
		problems = append(problems, Problem{
			Line: n.Line, Code: CodeWrongType,
			Message: "an element of " + name + " is not a mapping",
			Remedy:  "Give it keys, or delete the element if it is empty.",
		})
	}
	list.Content = elements
	return elements, problems
}

func unknownSection(key *yaml.Node, kind Kind, name string) Problem {
	pr := Problem{
		Line: key.Line, Code: CodeUnknownField,
		Message: "unknown field " + quote(key.Value),
		Remedy:  fmt.Sprintf("A drop-in of kind %s has the key %s only.", kind, name),
	}
	// The usual mistake is the right file under the wrong label.
	switch {
	case kind == KindScrape && key.Value == "groups":
		pr.Remedy = fmt.Sprintf("This looks like a rule file: set the label %s to %s.", Label, KindRules)
	case kind == KindRules && key.Value == "scrape_configs":
		pr.Remedy = fmt.Sprintf("This looks like a scrape file: set the label %s to %s.", Label, KindScrape)
	}
	return pr
}

// duplicateJobs finds names that are there twice. Between drop-ins names cannot
// clash, because the server's are prefixed.
func duplicateJobs(jobs []*yaml.Node) []Problem {
	var problems []Problem
	first := map[string]int{}
	for _, job := range jobs {
		name := valueAt(job, "job_name")
		if name == nil || name.Kind != yaml.ScalarNode || name.Value == "" {
			continue
		}
		if line, twice := first[name.Value]; twice {
			problems = append(problems, Problem{
				Line: name.Line, Code: CodeDuplicateJob,
				Message: fmt.Sprintf("job %s is already defined at line %d", quote(name.Value), line),
				Remedy:  "Give each job its own name, or put all targets under one job.",
			})
			continue
		}
		first[name.Value] = name.Line
	}
	return problems
}

// decodeJobs reads a scrape_config_files file as Prometheus does
// (config/config.go, GetScrapeConfigs).
func decodeJobs(data []byte) ([]*config.ScrapeConfig, error) {
	var file config.ScrapeConfigs
	if err := yamlv2.UnmarshalStrict(data, &file); err != nil {
		return nil, err
	}
	return file.ScrapeConfigs, nil
}

func validateJobs(jobs []*config.ScrapeConfig) error {
	for _, job := range jobs {
		// The default settings stand in for the server's: they decide defaults of
		// the job, not whether it is valid, but for the interval that a timeout
		// is compared with.
		if err := job.Validate(config.DefaultGlobalConfig); err != nil {
			return err
		}
	}
	return nil
}
