package operatorobjects

import (
	"fmt"
	"regexp"
	"strings"

	yamlv2 "go.yaml.in/yaml/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// scrapeConfigsOf takes the scrape jobs out of a server's whole configuration.
// Of the rest, such as external labels, the server has its own.
func scrapeConfigsOf(whole []byte) ([]byte, []dropin.Problem, error) {
	var config struct {
		Jobs []yamlv2.MapSlice `yaml:"scrape_configs"`
	}
	if err := yamlv2.Unmarshal(whole, &config); err != nil {
		return nil, nil, fmt.Errorf("read the generated configuration: %w", err)
	}
	if len(config.Jobs) == 0 {
		return nil, nil, nil
	}
	var problems []dropin.Problem
	for i, job := range config.Jobs {
		config.Jobs[i] = withoutSharding(job)
		problems = append(problems, variables(config.Jobs[i])...)
	}
	data, err := yamlv2.Marshal(config)
	if err != nil {
		return nil, nil, fmt.Errorf("write the scrape jobs: %w", err)
	}
	return data, problems, nil
}

// withoutSharding takes away the three rules that spread targets over several
// servers. The operator writes them for a single server too, with a variable
// that only its own reloader replaces.
func withoutSharding(job yamlv2.MapSlice) yamlv2.MapSlice {
	for i, item := range job {
		rules, ok := item.Value.([]any)
		if item.Key != "relabel_configs" || !ok || len(rules) < 3 || !isSharding(rules[len(rules)-3:]) {
			continue
		}
		job[i].Value = rules[:len(rules)-3]
	}
	return job
}

// hashLabel is where the operator's rules keep what they shard by.
const hashLabel = "__tmp_hash"

func isSharding(last []any) bool {
	seed, mod, keep := rule(last[0]), rule(last[1]), rule(last[2])
	regex, _ := keep["regex"].(string)
	return seed["target_label"] == hashLabel && seed["action"] == "replace" &&
		mod["target_label"] == hashLabel && mod["action"] == "hashmod" && mod["modulus"] == 1 &&
		keep["action"] == "keep" && strings.HasPrefix(regex, "$(SHARD);")
}

func rule(v any) map[string]any {
	slice, _ := v.(yamlv2.MapSlice)
	m := make(map[string]any, len(slice))
	for _, item := range slice {
		if key, ok := item.Key.(string); ok {
			m[key] = item.Value
		}
	}
	return m
}

// variable matches what an operator's reloader replaces in a configuration.
var variable = regexp.MustCompile(`\$\((SHARD|POD_NAME|NODE_NAME)\)`)

// variables refuses the use of variables that nothing replaces here. Left as
// they are, a rule that shards would silently drop every target.
func variables(job yamlv2.MapSlice) []dropin.Problem {
	for _, item := range job {
		if item.Key != "relabel_configs" {
			continue
		}
		for v := range scalars(item.Value) {
			if name := variable.FindString(v); name != "" {
				return []dropin.Problem{{
					Code:    dropin.CodeOperatorVariable,
					Message: fmt.Sprintf("a relabeling uses %s, which the Prometheus operator replaces and nothing here does", name),
					Remedy:  "Leave the rules for sharding out: where there are several, the server spreads all targets over them itself.",
				}}
			}
		}
	}
	return nil
}
