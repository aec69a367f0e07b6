package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// contentQuery is one expression that the stack ships.
type contentQuery struct {
	where  string // "dashboard/panel/A", or "group labels/name/number" of a rule
	filled string // with its variables' values
	alert  bool
	every  float64 // seconds between two evaluations of a rule
}

// content is all that the release under test ships to be asked.
type content struct {
	queries                                     []contentQuery
	groups, alerts, records, dashboards, panels int
}

func (c *cluster) content(t *testing.T, shown exhibits) content {
	t.Helper()
	var out content
	c.addRules(t, &out)
	c.addDashboards(t, &out, shown)
	return out
}

// addRules takes the rules of the release from the server: what it runs, not what was meant.
func (c *cluster) addRules(t *testing.T, out *content) {
	t.Helper()
	var data struct {
		Groups []struct {
			Name, File string
			Interval   float64
			Rules      []struct {
				Name, Query, Type, Health, LastError string
				Labels                               map[string]string
			}
		}
	}
	if err := c.prometheus(t.Context(), "rules", nil, &data); err != nil {
		t.Fatal(err)
	}
	for _, g := range data.Groups {
		if !strings.HasPrefix(g.File, c.namespace+"/"+c.release+"-") {
			continue
		}
		out.groups++
		for i, r := range g.Rules {
			where := fmt.Sprintf("%s/%s/%d", strings.Join(append([]string{g.Name}, slices.Sorted(maps.Values(r.Labels))...), " "), r.Name, i)
			if r.Health == "err" {
				t.Errorf("%s: %s", where, r.LastError)
			}
			if r.Type == "alerting" {
				out.alerts++
			} else {
				out.records++
			}
			out.queries = append(out.queries, contentQuery{where, r.Query, r.Type == "alerting", g.Interval})
		}
	}
}

type dashboardJSON struct {
	UID        string
	Panels     []panelJSON
	Templating struct {
		List []struct {
			Name, Type, AllValue string
			IncludeAll           bool
			Query                any
		}
	}
}

type panelJSON struct {
	Type, Title string
	Targets     []struct{ Expr, RefID string }
	Panels      []panelJSON
}

// addDashboards takes the release's dashboards from its ConfigMaps, and from the
// chart those that come only with other values: their queries have to be
// understood too, and what they lack here has to be known.
func (c *cluster) addDashboards(t *testing.T, out *content, shown exhibits) {
	t.Helper()
	shipped := map[string]bool{}
	list, err := c.client.CoreV1().ConfigMaps(c.namespace).List(t.Context(), metav1.ListOptions{
		LabelSelector: dropInLabel + "=dashboard,app.kubernetes.io/instance=" + c.release,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, cm := range list.Items {
		files := cm.BinaryData
		if files == nil {
			files = map[string][]byte{}
		}
		for key, text := range cm.Data {
			files[key] = []byte(text)
		}
		for key, data := range files {
			shipped[c.addDashboard(t, out, key, plain(t, data), shown)] = true
		}
	}
	chart := os.Getenv("E2E_CHART")
	if chart == "" {
		t.Log("E2E_CHART is not set: dashboards that the release does not ship are not asked")
		return
	}
	files, err := filepath.Glob(filepath.Join(chart, "charts/content/dashboards/*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards in %s: %v", chart, err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		if shipped[name] {
			continue
		}
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("dashboard %s comes from the chart: the release's values leave it out", name)
		c.addDashboard(t, out, filepath.Base(f), data, shown)
	}
}

// addDashboard returns the dashboard's name, its file's without the ending.
func (c *cluster) addDashboard(t *testing.T, out *content, key string, data []byte, shown exhibits) string {
	t.Helper()
	var d dashboardJSON
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	out.dashboards++
	name, _, _ := strings.Cut(key, ".")
	out.addPanels(name, d.Panels, c.variables(t, d, shown))
	return name
}

func (out *content) addPanels(dashboard string, panels []panelJSON, fill *strings.Replacer) {
	for _, p := range panels {
		if p.Type != "row" {
			out.panels++
		}
		for _, q := range p.Targets {
			out.queries = append(out.queries, contentQuery{dashboard + "/" + p.Title + "/" + q.RefID, fill.Replace(q.Expr), false, 0})
		}
		out.addPanels(dashboard, p.Panels, fill)
	}
}

// plain undoes gzip, which the stack's own content may be stored in.
func plain(t *testing.T, data []byte) []byte {
	t.Helper()
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// variables gives each variable of a dashboard the value that Grafana would, in
// their order, since the later ones ask with the earlier ones' values.
func (c *cluster) variables(t *testing.T, d dashboardJSON, shown exhibits) *strings.Replacer {
	t.Helper()
	// Grafana takes four times the scrape interval.
	values := [][2]string{{"$__rate_interval", "2m"}, {"$__range", "1h"}}
	for _, v := range d.Templating.List {
		if v.Type != "query" {
			continue
		}
		value := v.AllValue
		if !v.IncludeAll {
			value = c.choose(t, replacer(values).Replace(fmt.Sprint(v.Query)), shown)
		}
		values = append(values, [2]string{"$" + v.Name, value})
	}
	return replacer(values)
}

// replacer puts in values, the longer of two names with the same beginning first.
func replacer(values [][2]string) *strings.Replacer {
	slices.SortStableFunc(values, func(a, b [2]string) int { return len(b[0]) - len(a[0]) })
	var pairs []string
	for _, v := range values {
		pairs = append(pairs, v[0], v[1])
	}
	return strings.NewReplacer(pairs...)
}

// choose answers label_values(SELECTOR, LABEL) with one value: what was made to
// be looked at, as soon as it is there, or the first there is.
func (c *cluster) choose(t *testing.T, query string, shown exhibits) string {
	t.Helper()
	inner := strings.TrimSuffix(strings.TrimPrefix(query, "label_values("), ")")
	at := strings.LastIndex(inner, ",")
	if at < 0 || inner == query {
		t.Fatalf("%q is not label_values(selector, label)", query)
	}
	label := strings.TrimSpace(inner[at+1:])
	want := map[string]string{"namespace": shown.namespace, "workload": exhibit, "pod": shown.pod, "container": exhibit}[label]
	var chosen string
	await(t, 3*time.Minute, time.Second, query, func(ctx context.Context) error {
		params := lastHour()
		params.Set("match[]", inner[:at])
		var values []string
		if err := c.prometheus(ctx, "label/"+label+"/values", params, &values); err != nil {
			return err
		}
		switch {
		case slices.Contains(values, want):
			chosen = want
		case want != "":
			return fmt.Errorf("%q is not among %q", want, values)
		case len(values) > 0:
			chosen = values[0]
		}
		return nil
	})
	return chosen
}

// metricsOf are the metrics that an expression selects, as the server itself reads it.
func (c *cluster) metricsOf(ctx context.Context, expr string) ([]metric, error) {
	var tree any
	if err := c.prometheus(ctx, "parse_query", url.Values{"query": {expr}}, &tree); err != nil {
		return nil, err
	}
	return selected(tree, nil), nil
}

// selected adds the metrics of a node of the tree, and of those below it.
func selected(v any, out []metric) []metric {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = selected(e, out)
		}
	case map[string]any:
		if name, _ := v["name"].(string); name != "" && (v["type"] == "vectorSelector" || v["type"] == "matrixSelector") {
			m := metric{name: name}
			matchers, _ := v["matchers"].([]any)
			for _, e := range matchers {
				if e, _ := e.(map[string]any); e["name"] == "job" && e["type"] == "=" {
					m.job, _ = e["value"].(string)
				}
			}
			return append(out, m)
		}
		for _, e := range v {
			out = selected(e, out)
		}
	}
	return out
}
