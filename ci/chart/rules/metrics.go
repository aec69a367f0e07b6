package rules

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Jobs are the values of the label job that the stack's own scrape jobs give.
var jobs = []string{
	"alertmanager", "apiserver", "config-sidecar", "coredns", "grafana", "kube-controller-manager", "kube-etcd", "kube-proxy", "kube-scheduler",
	"kube-state-metrics", "kubelet", "node-exporter", "prometheus", "windows-exporter",
}

// own are metrics that no target says: the server makes them.
var own = regexp.MustCompile(`^(up|scrape_.+|ALERTS|ALERTS_FOR_STATE)$`)

// Used are the metrics that rules and dashboards ask of each of the stack's own
// jobs. Dashboards are the files' bytes, as the dashboards package makes them.
func Used(root fs.FS, dashboards map[string][]byte) (map[string][]string, error) {
	files, err := Files(root)
	if err != nil {
		return nil, err
	}
	u := used{byJob: map[string]map[string]bool{}, records: map[string]bool{}}
	for _, f := range files {
		for _, g := range f.Groups {
			for _, r := range g.Rules {
				u.records[r.Record] = true
			}
		}
	}
	for _, f := range files {
		for _, g := range f.Groups {
			for _, r := range g.Rules {
				if err := u.add(f.Name+"/"+g.Name+"/"+r.Alert+r.Record, r.Expr); err != nil {
					return nil, err
				}
			}
		}
	}
	for name, data := range dashboards {
		var tree any
		if err := json.Unmarshal(data, &tree); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := u.walk(name, tree); err != nil {
			return nil, err
		}
	}
	out := map[string][]string{}
	for job, names := range u.byJob {
		out[job] = slices.Sorted(maps.Keys(names))
	}
	return out, nil
}

type used struct {
	byJob   map[string]map[string]bool
	records map[string]bool
}

// walk takes the expressions of a dashboard, those that its variables ask included.
func (u used) walk(where string, v any) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := u.walk(where, e); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, e := range v {
			text, isText := e.(string)
			var err error
			switch {
			case isText && key == "expr":
				err = u.add(where, text)
			case isText && key == "query" && strings.HasPrefix(text, "label_values("):
				err = u.add(where, text[len("label_values("):strings.LastIndex(text, ",")])
			default:
				err = u.walk(where, e)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// add takes the metrics of an expression.
func (u used) add(where, expr string) error {
	filled := strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h").Replace(expr)
	tree, err := parser.NewParser(parser.Options{}).ParseExpr(filled)
	if err != nil {
		return fmt.Errorf("%s: %w in %s", where, err, expr)
	}
	for _, matchers := range parser.ExtractSelectors(tree) {
		var name string
		var job *labels.Matcher
		for _, m := range matchers {
			switch m.Name {
			case labels.MetricName:
				name = m.Value
			case "job":
				job = m
			}
		}
		if u.records[name] || own.MatchString(name) {
			continue
		}
		if job == nil {
			return fmt.Errorf("%s: %s is asked of no job", where, name)
		}
		n := 0
		for _, j := range jobs {
			if !job.Matches(j) {
				continue
			}
			n++
			if u.byJob[j] == nil {
				u.byJob[j] = map[string]bool{}
			}
			u.byJob[j][name] = true
		}
		if n == 0 {
			return fmt.Errorf("%s: %s is asked of %s, which no job of the stack is", where, name, job)
		}
	}
	return nil
}
