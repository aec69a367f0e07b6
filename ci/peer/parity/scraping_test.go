package parity

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestScraping gives both the same jobs, of which each uses some of what a
// scrape configuration can say, and compares which series come of them.
func TestScraping(t *testing.T) {
	t.Parallel()
	_, addr := target(t)
	text := httptest.NewServer(http.HandlerFunc(serveText))
	t.Cleanup(text.Close)
	plain := strings.TrimPrefix(text.URL, "http://")
	dir := t.TempDir()
	files := filepath.Join(dir, "targets.json")
	write(t, files, `[{"targets": ["`+plain+`"], "labels": {"from": "file"}}]`)
	secret := filepath.Join(dir, "secret")
	write(t, secret, "secret\n")
	static := func(a string) string { return "  static_configs: [{targets: ['" + a + "'], labels: {env: test}}]" }
	config := inline(
		"global: {scrape_interval: 300ms, scrape_timeout: 300ms, external_labels: {cluster: demo}}",
		"scrape_configs:",
		"- job_name: plain", static(plain),
		"- job_name: honor", "  honor_labels: true", static(plain),
		"- {job_name: timestamps, honor_timestamps: false, static_configs: [{targets: ['"+plain+"']}]}",
		"- job_name: limited", "  sample_limit: 1", static(plain),
		"- job_name: body", "  body_size_limit: 10B", static(plain),
		"- job_name: labels", "  label_limit: 2", static(plain),
		"- job_name: targets", "  target_limit: 1", "  static_configs: [{targets: ['"+plain+"', '"+addr+"']}]",
		"- job_name: protected", "  metrics_path: /protected", "  basic_auth: {username: ann, password_file: '"+secret+"'}", static(plain),
		"- job_name: refused", "  metrics_path: /protected", static(plain),
		"- job_name: params", "  params: {name: [asked, for]}", "  metrics_path: /params", static(plain),
		"- job_name: relabeled", static(plain),
		"  relabel_configs:",
		"  - {source_labels: [__address__], regex: '(.*):.*', target_label: host, replacement: '${1}'}",
		"  - {action: labelmap, regex: e(.*), replacement: mapped_e$1}",
		"  - {action: labeldrop, regex: env}",
		"  - {source_labels: [__address__], modulus: 2, target_label: shard, action: hashmod}",
		"  - {source_labels: [job], target_label: upper, action: uppercase}",
		"  metric_relabel_configs: [{source_labels: [__name__], regex: text_.*, action: drop}]",
		"- {job_name: file, file_sd_configs: [{files: ['"+files+"'], refresh_interval: 1s}]}",
		"- {job_name: http, http_sd_configs: [{url: '"+text.URL+"/sd', refresh_interval: 1s}]}",
		"- job_name: native", "  scrape_native_histograms: true", "  scrape_protocols: [PrometheusProto]", static(addr),
		"- job_name: both", "  scrape_native_histograms: true", "  always_scrape_classic_histograms: true", "  scrape_protocols: [PrometheusProto]", static(addr),
		"- job_name: converted", "  convert_classic_histograms_to_nhcb: true", static(addr),
		"- job_name: extra", "  extra_scrape_metrics: true", static(plain),
		"- job_name: fallback", "  metrics_path: /untyped", "  fallback_scrape_protocol: PrometheusText0.0.4", static(plain),
		"- job_name: untyped", "  metrics_path: /untyped", static(plain),
		"- job_name: legacy", "  metrics_path: /utf8", "  metric_name_validation_scheme: legacy", "  metric_name_escaping_scheme: underscores", static(plain),
		"- job_name: utf8", "  metrics_path: /utf8", static(plain),
		"- job_name: redirected", "  metrics_path: /redirect", "  follow_redirects: false", static(plain),
	)
	const jobs = 22
	var seen [2]any
	for i, s := range bothSides() {
		in := start(t, s, server{config: config, dir: dir})
		eventually(t, 40*time.Second, func(ctx context.Context) error {
			n, err := results(ctx, in, `count by (job) (count_over_time(up[1m]) >= 3)`)
			if err == nil && n != jobs {
				err = fmt.Errorf("%d of %d jobs are scraped", n, jobs)
			}
			return err
		})
		seen[i] = map[string]any{
			// demo_fleeting has the more series the more scrapes there were.
			"series": set(ask(t, in, "series", params("match[]", `{job!="",__name__!="demo_fleeting"}`))),
			"up":     values(ask(t, in, "query", params("query", "up"))),
			"kept":   values(ask(t, in, "query", params("query", `scrape_samples_post_metric_relabeling{job!~"native|both|converted"}`))),
		}
	}
	same(t, "series and health", seen[0], seen[1])
	t.Logf("%d series of %d jobs are the same", len(seen[0].(map[string]any)["series"].([]string)), jobs)
}

func serveText(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	switch r.URL.Path {
	case "/protected":
		if user, password, _ := r.BasicAuth(); user != "ann" || password != "secret" {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
	case "/sd":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `[{"targets": [%q], "labels": {"from": "http"}}]`, host)
		return
	case "/params":
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprintf(w, "asked{names=%q} 1\n", strings.Join(r.URL.Query()["name"], ","))
		return
	case "/redirect":
		http.Redirect(w, r, "/metrics", http.StatusFound)
		return
	case "/utf8":
		w.Header().Set("Content-Type", "text/plain; version=1.0.0; escaping=allow-utf-8")
		fmt.Fprint(w, "{\"with.dots\", \"a.label\"=\"x\"} 1\n")
		return
	case "/untyped":
		w.Header().Set("Content-Type", "application/unheard-of")
	default:
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	}
	fmt.Fprint(w, "# HELP text_total A counter.\n# TYPE text_total counter\ntext_total{job=\"own\",env=\"own\"} 5\ntext_total 6\nother 1\n")
}

// set sorts a list.
func set(list any) []string {
	var out []string
	for _, e := range list.([]any) {
		out = append(out, unordered(e))
	}
	slices.Sort(out)
	return out
}

// values leaves the times out of an instant query's result.
func values(data any) map[string]float64 {
	out := map[string]float64{}
	for _, s := range data.(map[string]any)["result"].([]any) {
		out[unordered(s.(map[string]any)["metric"])] = sampleValue(s)
	}
	return out
}
