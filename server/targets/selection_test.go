package targets

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
)

func TestSelectionOf(t *testing.T) {
	const meta = "__meta_kubernetes_"
	for name, tc := range map[string]struct {
		rules string
		want  selection
	}{
		"a literal": {
			`[{action: keep, source_labels: [__meta_kubernetes_namespace], regex: team}]`,
			selection{{meta + "namespace", []string{"team"}}},
		},
		"several literals": {
			`[{action: keep, source_labels: [__meta_kubernetes_pod_label_app], regex: web|api}]`,
			selection{{meta + "pod_label_app", []string{"web", "api"}}},
		},
		"as the Prometheus operator writes it": {
			`[{action: keep, source_labels: [__meta_kubernetes_service_label_app, __meta_kubernetes_service_labelpresent_app], regex: (web);true}]`,
			selection{{meta + "service_label_app", []string{"web"}}, {meta + "service_labelpresent_app", []string{"true"}}},
		},
		"behind the rule that sets job back": {
			`[{source_labels: [job], regex: 'a/b/c/d', target_label: job, replacement: d},
			  {action: keep, source_labels: [__meta_kubernetes_namespace], regex: team}]`,
			selection{{meta + "namespace", []string{"team"}}},
		},
		"a pattern says nothing": {
			`[{action: keep, source_labels: [__meta_kubernetes_namespace], regex: team-.*}]`, nil,
		},
		"nor does ignoring case": {
			`[{action: keep, source_labels: [__meta_kubernetes_namespace], regex: '(?i)team'}]`, nil,
		},
		"nor a label that was changed before": {
			`[{source_labels: [__address__], target_label: __meta_kubernetes_namespace},
			  {action: keep, source_labels: [__meta_kubernetes_namespace], regex: team}]`, nil,
		},
		"nor what follows a labelmap": {
			`[{action: labelmap, regex: '(.*)_x', replacement: '$1'},
			  {action: keep, source_labels: [__meta_kubernetes_namespace], regex: team}]`, nil,
		},
		"nor labels that are not discovered": {
			`[{action: keep, source_labels: [__address__], regex: a}]`, nil,
		},
		"nor a value that may contain the separator": {
			`[{action: keep, source_labels: [__meta_kubernetes_namespace, __meta_kubernetes_pod_name], regex: a;b;c}]`, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := selectionOf(load(t, tc.rules).RelabelConfigs)
			if d := cmp.Diff(tc.want, got, cmp.AllowUnexported(requirement{})); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestRouting_EqualsUpstream makes groups and relabel rules from few names, so
// that they often meet, and compares what upstream makes of all groups with
// what it makes of those that routing lets through.
func TestRouting_EqualsUpstream(t *testing.T) {
	const rounds = 3000
	rnd := rand.New(rand.NewPCG(3, 15))
	kept, routed, all := 0, 0, 0
	for range rounds {
		cfg := load(t, randomRules(rnd))
		w := &watch{}
		sub := &subscription{job: cfg.JobName, from: w, selects: selectionOf(cfg.RelabelConfigs)}
		if rnd.IntN(3) == 0 {
			sub.namespaces = map[string]bool{pick(rnd, values): true}
		}
		x := newIndex()
		x.add(sub)
		// Others that must not get in each other's way.
		other := &subscription{job: "other", from: w, selects: selectionOf(load(t, randomRules(rnd)).RelabelConfigs)}
		x.add(other)
		var want, got []string
		for range 8 {
			g := randomGroup(rnd)
			all++
			if sub.namespaces == nil || sub.namespaces[string(g.Labels[namespaceLabel])] {
				want = append(want, active(t, g, cfg)...)
			}
			x.matching(g, func(s *subscription) {
				if s == sub {
					got = append(got, active(t, g, cfg)...)
					routed++
				}
			})
		}
		slices.Sort(want)
		slices.Sort(got)
		kept += len(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("rules\n%v\nselection %v\n%s", cfg.RelabelConfigs, sub.selects, d)
		}
		x.remove(sub)
		x.remove(other)
		if len(x.byLabel)+len(x.byNamespace)+len(x.rest) != 0 {
			t.Fatal("the index keeps what was removed")
		}
	}
	// Else the test would prove little.
	if kept < rounds || routed*3 > all*2 {
		t.Errorf("%d targets kept, %d of %d groups routed: the generator is no good", kept, routed, all)
	}
}

func active(t *testing.T, g *targetgroup.Group, cfg *config.ScrapeConfig) (out []string) {
	t.Helper()
	ts, failures := scrape.TargetsFromGroup(g, cfg, nil, labels.NewBuilder(labels.EmptyLabels()))
	if len(failures) > 0 {
		t.Fatal(failures)
	}
	for _, target := range ts {
		empty := true
		target.LabelsRange(func(labels.Label) { empty = false })
		if !empty {
			out = append(out, target.Labels(labels.NewBuilder(labels.EmptyLabels())).String())
		}
	}
	return out
}

func load(t *testing.T, rules string) *config.ScrapeConfig {
	t.Helper()
	c, err := config.Load("scrape_configs: [{job_name: j, relabel_configs: "+rules+"}]", promslog.NewNopLogger())
	if err != nil {
		t.Fatalf("%v in\n%s", err, rules)
	}
	return c.ScrapeConfigs[0]
}

var (
	names = []string{
		"__meta_kubernetes_namespace", "__meta_kubernetes_pod_name", "__meta_kubernetes_service_label_app",
		"__meta_kubernetes_service_labelpresent_app", "__meta_kubernetes_endpoint_port_name", "job", "__address__",
	}
	values = []string{"a", "b", "true", "a;b", ""}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func randomRules(r *rand.Rand) string {
	out := "["
	for range r.IntN(5) {
		src := pick(r, names)
		if r.IntN(3) == 0 {
			src += ", " + pick(r, names)
		}
		re := pick(r, append([]string{"a|b", "(a);true", "a;b", ";", ".+", "(?i)A", "a?", "(a|b);(a|true)", "[ab]", "|a"}, values...))
		switch r.IntN(12) {
		case 0:
			out += fmt.Sprintf("{source_labels: [%s], regex: '%s', target_label: %s, replacement: %s},", src, re, pick(r, names), pick(r, values[:3]))
		case 1:
			out += fmt.Sprintf("{action: drop, source_labels: [%s], regex: '%s'},", src, re)
		case 2:
			out += fmt.Sprintf("{action: labelmap, regex: '__meta_kubernetes_(pod_name)', replacement: %s},", pick(r, names[:5]))
		case 3:
			out += fmt.Sprintf("{action: uppercase, source_labels: [%s], target_label: %s},", src, pick(r, names[:5]))
		case 4:
			out += fmt.Sprintf("{action: labeldrop, regex: '%s'},", pick(r, names[:5]))
		case 5:
			out += fmt.Sprintf("{action: keepequal, source_labels: [%s], target_label: %s},", pick(r, names), pick(r, names[:5]))
		default:
			out += fmt.Sprintf("{action: keep, source_labels: [%s], regex: '%s'},", src, re)
		}
	}
	return out + "]"
}

func randomGroup(r *rand.Rand) *targetgroup.Group {
	g := &targetgroup.Group{Source: fmt.Sprint(r.Uint64()), Labels: model.LabelSet{}}
	for _, n := range names[:5] {
		if r.IntN(3) > 0 {
			g.Labels[model.LabelName(n)] = model.LabelValue(pick(r, values))
		}
	}
	for i := range 1 + r.IntN(3) {
		target := model.LabelSet{"__address__": model.LabelValue(fmt.Sprintf("10.0.0.%d:80", i))}
		for _, n := range names[:5] {
			if r.IntN(4) == 0 {
				target[model.LabelName(n)] = model.LabelValue(pick(r, values))
			}
		}
		g.Targets = append(g.Targets, target)
	}
	return g
}
