package parity

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
)

// upstreamRoutes reads the routes out of upstream's source, so that a route
// that a new version adds is missed by no one.
func upstreamRoutes(t *testing.T) []string {
	t.Helper()
	dir, err := build.ModuleDir(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, "web", "api", "v1", "api.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var routes []string
	ast.Inspect(file, func(n ast.Node) bool {
		if f, ok := n.(*ast.FuncDecl); ok {
			return f.Name.Name == "Register"
		}
		c, ok := n.(*ast.CallExpr)
		if !ok || len(c.Args) != 2 {
			return true
		}
		on, ok := c.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := on.X.(*ast.Ident); !ok || x.Name != "r" {
			return true
		}
		path, ok := c.Args[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		name, err := strconv.Unquote(path.Value)
		if err != nil {
			return true
		}
		routes = append(routes, strings.ToUpper(on.Sel.Name)+" "+name)
		return true
	})
	slices.Sort(routes)
	return routes
}

// apiCalls are requests to all routes. Those that change data come last.
func apiCalls(at time.Time) []call {
	now := seconds(at)
	past := "start=" + seconds(at.Add(-time.Minute)) + "&end=" + now
	const form = "application/x-www-form-urlencoded"
	labels := []string{".data.*", ".data[].labels"}
	return []call{
		{route: "OPTIONS /*path", path: "/query", how: equal},

		{route: "GET /query", path: "/query?query=demo_requests_total&time=" + now, how: equal},
		{route: "GET /query", path: "/query?query=demo_native_seconds&time=" + now, how: equal},
		{route: "GET /query", path: "/query?query=demo_level[5s]&time=" + now, how: equal},
		{route: "GET /query", path: "/query?query=vector(1)&limit=1&stats=all&time=" + now, how: shaped},
		{route: "GET /query", path: "/query?query=sum(rate(demo_level[5s]))&time=" + now, how: equal}, // with an annotation
		{route: "GET /query", path: "/query?query=demo_level{", how: equal},
		{route: "GET /query", path: "/query", how: equal},
		{route: "GET /query", path: "/query?query=1&timeout=x", how: equal},
		{route: "POST /query", path: "/query", kind: form, body: "query=sum(demo_requests_total)&time=" + now, how: equal},
		{route: "GET /query_range", path: "/query_range?query=demo_level&step=1&" + past, how: equal},
		{route: "GET /query_range", path: "/query_range?query=histogram_quantile(0.5,rate(demo_native_seconds[2s]))&step=1&" + past, how: equal},
		{route: "GET /query_range", path: "/query_range?query=demo_level&step=0&" + past, how: equal},
		{route: "GET /query_range", path: "/query_range?query=demo_level&step=1ms&start=0&end=" + now, how: equal},
		{route: "POST /query_range", path: "/query_range", kind: form, body: "query=demo_level&step=1&" + past, how: equal},
		{route: "GET /query_exemplars", path: "/query_exemplars?query=demo_requests_total&" + past, how: equal},
		{route: "POST /query_exemplars", path: "/query_exemplars", kind: form, body: "query=demo_native_seconds&" + past, how: equal},
		{route: "GET /format_query", path: "/format_query?query=sum(rate(a[5m]))by(b)", how: equal},
		{route: "POST /format_query", path: "/format_query", kind: form, body: "query=a%2Bb", how: equal},
		{route: "GET /parse_query", path: "/parse_query?query=sum(rate(a[5m]))by(b)", how: equal},
		{route: "POST /parse_query", path: "/parse_query", kind: form, body: "query=a[5m:]", how: equal},

		{route: "GET /labels", path: "/labels?" + past, how: equal},
		{route: "GET /labels", path: "/labels?match[]=demo_requests_total&limit=2&" + past, how: equal},
		{route: "POST /labels", path: "/labels", kind: form, body: past, how: equal},
		{route: "GET /label/:name/values", path: "/label/__name__/values?" + past, how: equal},
		{route: "GET /label/:name/values", path: "/label/U__job/values?" + past, how: equal},
		{route: "GET /series", path: "/series?match[]=demo_requests_total&" + past, how: equal},
		{route: "GET /series", path: "/series", how: equal},
		{route: "POST /series", path: "/series", kind: form, body: "match[]=demo_level&" + past, how: equal},

		{route: "GET /scrape_pools", path: "/scrape_pools", how: equal},
		{route: "GET /scrape_pools/config", path: "/scrape_pools/config?scrapePool=demo", how: equal},
		{route: "GET /scrape_pools/config", path: "/scrape_pools/config?scrapePool=none", how: equal},
		{route: "GET /targets", path: "/targets", how: shaped},
		{route: "GET /targets", path: "/targets?state=active&scrapePool=demo", how: shaped},
		{route: "GET /targets", path: "/targets?state=dropped", how: equal},
		{route: "GET /targets/metadata", path: "/targets/metadata?metric=demo_level", how: equal},
		{route: "GET /targets/metadata", path: "/targets/metadata", how: equal},
		{route: "GET /targets/relabel_steps", path: "/targets/relabel_steps?scrapePool=demo&labels=%7B%22__address__%22%3A%22dropped%3A1%22%7D", how: equal},
		{route: "GET /alertmanagers", path: "/alertmanagers", how: equal},
		{route: "GET /metadata", path: "/metadata", how: equal},
		{route: "GET /metadata", path: "/metadata?metric=demo_level&limit=1", how: equal},

		{route: "GET /status/config", path: "/status/config", how: equal},
		{route: "GET /status/runtimeinfo", path: "/status/runtimeinfo", how: shaped},
		{route: "GET /status/buildinfo", path: "/status/buildinfo", how: shaped},
		{route: "GET /status/flags", path: "/status/flags", how: shaped, free: []string{".data"}},
		{route: "GET /status/tsdb", path: "/status/tsdb", how: shaped},
		{route: "GET /status/tsdb", path: "/status/tsdb?limit=-1", how: equal},
		{route: "GET /status/tsdb/blocks", path: "/status/tsdb/blocks", how: shaped},
		{route: "GET /status/self_metrics", path: "/status/self_metrics?metric_name_pattern=prometheus_tsdb_head_series", how: shaped},
		{route: "GET /features", path: "/features", how: equal, but: "ui"},
		{route: "GET /status/walreplay", path: "/status/walreplay", how: shaped},
		{route: "GET /notifications", path: "/notifications", how: shaped},
		{route: "GET /notifications/live", path: "/notifications/live", how: status},
		{route: "POST /read", path: "/read", body: "no snappy", how: equal},
		{route: "POST /write", path: "/write", kind: "application/x-protobuf", body: "no snappy", how: equal},
		{route: "POST /write", path: "/write", kind: "text/plain", how: equal},
		{route: "POST /otlp/v1/metrics", path: "/otlp/v1/metrics", kind: "application/json", body: "{", how: equal},
		{route: "POST /otlp/v1/metrics", path: "/otlp/v1/metrics", kind: "text/plain", how: equal},

		{route: "GET /search/metric_names", path: "/search/metric_names?search[]=demo&include_metadata=true&" + past, how: equal},
		{route: "POST /search/metric_names", path: "/search/metric_names", kind: form, body: "search[]=lvl&fuzz_threshold=10&" + past, how: equal},
		{route: "GET /search/label_names", path: "/search/label_names?search[]=co&" + past, how: equal},
		{route: "POST /search/label_names", path: "/search/label_names", kind: form, body: past, how: equal},
		{route: "GET /search/label_values", path: "/search/label_values?label=path&" + past, how: equal},
		{route: "POST /search/label_values", path: "/search/label_values", kind: form, body: "label=code&" + past, how: equal},

		{route: "GET /alerts", path: "/alerts", how: shaped},
		{route: "GET /rules", path: "/rules", how: shaped, free: labels},
		{route: "GET /rules", path: "/rules?type=alert&rule_name[]=DemoFires&exclude_alerts=true", how: shaped},
		{route: "GET /rules", path: "/rules?group_limit=x", how: equal},
		{route: "GET /openapi.yaml", path: "/openapi.yaml", how: status},

		{route: "POST /admin/tsdb/delete_series", path: "/admin/tsdb/delete_series?match[]=demo_level&end=" + now, how: equal},
		{route: "GET /query", path: "/query?query=demo_level[1m]&time=" + now, how: equal}, // gone
		{route: "PUT /admin/tsdb/delete_series", path: "/admin/tsdb/delete_series", how: equal},
		{route: "POST /admin/tsdb/clean_tombstones", path: "/admin/tsdb/clean_tombstones", how: equal},
		{route: "PUT /admin/tsdb/clean_tombstones", path: "/admin/tsdb/clean_tombstones", how: equal},
		{route: "POST /admin/tsdb/snapshot", path: "/admin/tsdb/snapshot", how: shaped},
		{route: "PUT /admin/tsdb/snapshot", path: "/admin/tsdb/snapshot?skip_head=true", how: shaped},
	}
}

// webCalls are requests to what Prometheus serves beside its API.
func webCalls() []call {
	return []call{
		{route: "GET /-/healthy", how: shaped},
		{route: "HEAD /-/healthy", how: equal},
		{route: "GET /-/ready", how: shaped},
		{route: "HEAD /-/ready", how: equal},
		{route: "GET /version", how: shaped},
		{route: "GET /metrics", how: status},
		{route: "GET /federate", path: "/federate?match[]=demo_requests_total", how: shaped},
		{route: "GET /federate", path: "/federate", how: equal},
		{route: "GET /federate", path: "/federate?match[]={", how: equal},
		{route: "GET /debug/pprof/", how: status},
		{route: "GET /debug/pprof/heap", how: status},
		{route: "GET /debug/pprof/cmdline", how: status},
		{route: "GET /-/reload", how: status},
		{route: "POST /-/reload", how: code},
		{route: "PUT /-/reload", how: code},
		{route: "GET /-/quit", how: status},
		{route: "GET /consoles/none.html", how: status},
	}
}
