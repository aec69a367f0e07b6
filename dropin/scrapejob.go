package dropin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	yamlv2 "go.yaml.in/yaml/v2"
	"go.yaml.in/yaml/v3"
)

// standIn takes the place of a job name that is missing, so that the rest of
// the job can be looked at.
const standIn = "job"

// diagnoseJob finds what is wrong with one job, all of it, and where. It takes
// what is wrong out of the tree as it goes.
func diagnoseJob(job *yaml.Node, it Item, p Policy, left *int) []Problem {
	var problems []Problem
	if name := valueAt(job, "job_name"); name == nil || isNull(name) || name.Kind == yaml.ScalarNode && name.Value == "" {
		problems = append(problems, Problem{
			Line: lineOf(job, "job_name"), Code: CodeNoJobName,
			Message: "the job has no job_name",
			Remedy:  "Name it; its samples carry the name as their job label.",
		})
		setValue(job, "job_name", quoted(standIn))
	}
	b := &blamer{left: left, try: func() (int, error) {
		_, size, err := tryJob(job, yamlv2.UnmarshalStrict)
		return size, err
	}}
	for len(problems) < maxProblems && *left > 0 {
		found := complaints(b.run())
		if len(found) == 0 {
			break
		}
		at := b.find(job, found[0])
		pr := jobProblem(job, at, found[0])
		// Taking the last element of a list out can leave a list that must not be
		// empty: that is no second fault.
		if n := len(problems); n == 0 || problems[n-1].Line != pr.Line || problems[n-1].Code != pr.Code {
			problems = append(problems, pr)
		}
		if !at.remove(job) {
			return problems
		}
		if valueAt(job, "job_name") == nil {
			setValue(job, "job_name", quoted(standIn))
		}
	}
	if *left <= 0 {
		return problems
	}
	if parsed, _, err := tryJob(job, yamlv2.UnmarshalStrict); err == nil {
		problems = append(problems, checkJob(parsed, job, it, p)...)
	}
	return problems
}

func tryJob(job *yaml.Node, decode func([]byte, any) error) (parsed *config.ScrapeConfig, size int, err error) {
	data, err := encode(job)
	if err != nil {
		return nil, 0, err
	}
	parsed = &config.ScrapeConfig{}
	if err := decode(data, parsed); err != nil {
		return nil, len(data), err
	}
	return parsed, len(data), parsed.Validate(config.DefaultGlobalConfig)
}

// jobProblem names the problem by the place it is at.
func jobProblem(job *yaml.Node, at place, complaint string) Problem {
	pr := Problem{Line: at.line, Code: CodeScrapeInvalid, Message: complaint}
	key := at.key
	_, _, err := tryJob(job, yamlv2.Unmarshal)
	unknown := !slices.Contains(complaints(err), complaint) // only strict decoding minds
	in := func(names ...string) bool {
		return at.has(func(step string) bool { return slices.Contains(names, step) })
	}
	switch {
	case unknown && strings.HasSuffix(key, "_sd_configs"):
		pr.Code = CodeUnknownDiscovery
		pr.Message = fmt.Sprintf("the server has no discovery %s", quote(key))
		pr.Remedy = "It has static_configs and " + strings.Join(discoveries(), ", ") + "; an http_sd_configs endpoint can bridge to others."
	case unknown:
		pr.Code, pr.Message = CodeUnknownField, "unknown field "+quote(key)
		pr.Remedy = "Check its spelling and its indentation."
	case strings.HasPrefix(complaint, "cannot unmarshal"):
		pr.Code = CodeWrongType
		pr.Message = fmt.Sprintf("the value of %s has the wrong type: %s", quote(key), complaint)
	case timeoutOverInterval(job):
		pr.Code, pr.Line = CodeTimeoutOverInterval, lineOf(job, "scrape_timeout")
		pr.Remedy = "Make scrape_timeout at most scrape_interval, which is one minute if not set."
	case key == "regex":
		pr.Code = CodeBadRegex
		pr.Remedy = "The syntax is RE2; it is anchored at both ends."
	case in("scrape_interval", "scrape_timeout", "refresh_interval"):
		pr.Code = CodeScrapeDuration
		pr.Remedy = "Write a number and a unit: 30s, 5m, 1h30m."
	case in("relabel_configs", "metric_relabel_configs"):
		pr.Code = CodeBadRelabel
	case in("static_configs"):
		pr.Code = CodeBadTarget
		pr.Remedy = "A target is host:port; scheme and path have fields of their own."
	case at.has(func(step string) bool { return strings.HasSuffix(step, "_sd_configs") }):
		pr.Code = CodeBadDiscovery
	case in(httpFields...):
		pr.Code = CodeBadHTTPClient
	}
	return pr
}

// httpFields are the fields of a job that say how to connect.
var httpFields = []string{
	"authorization", "basic_auth", "bearer_token", "bearer_token_file", "enable_http2", "follow_redirects",
	"http_headers", "no_proxy", "oauth2", "proxy_connect_header", "proxy_from_environment", "proxy_url", "tls_config",
}

// discoveries lists the fields of the discoveries that are linked.
func discoveries() []string {
	var out []string
	for _, name := range discovery.RegisteredConfigNames() {
		if name != "static" {
			out = append(out, name+"_sd_configs")
		}
	}
	return out
}

// timeoutOverInterval says whether both durations are valid and wrong together.
func timeoutOverInterval(job *yaml.Node) bool {
	interval := config.DefaultGlobalConfig.ScrapeInterval
	if n := valueAt(job, "scrape_interval"); n != nil {
		d, err := model.ParseDuration(n.Value)
		if err != nil {
			return false
		}
		if d != 0 {
			interval = d
		}
	}
	n := valueAt(job, "scrape_timeout")
	if n == nil {
		return false
	}
	timeout, err := model.ParseDuration(n.Value)
	return err == nil && timeout > interval
}
