package parity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// pair is both servers with the same data, configuration and neighbours.
type pair struct {
	theirs, ours *instance.Instance
	// at is a moment before which nothing is ingested any more.
	at time.Time
}

// servePair ingests with upstream, and opens a copy of the data with each.
func servePair(t *testing.T) pair {
	t.Helper()
	_, addr := target(t)
	am := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	t.Cleanup(am.Close)
	rules := filepath.Join(t.TempDir(), "rules.yml")
	write(t, rules, inline(
		"groups:",
		"- name: demo",
		"  interval: 200ms",
		"  labels: {team: a}",
		"  rules:",
		"  - {record: 'demo:level:max', expr: max(demo_level), labels: {kind: record}}",
		"  - {alert: DemoFires, expr: vector(1), labels: {severity: page}, annotations: {summary: 'value {{ $value }}'}}",
		"  - {alert: DemoWaits, expr: vector(1), for: 10h, keep_firing_for: 1h}",
	))
	config := inline(
		"global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms, external_labels: {cluster: demo}}",
		"rule_files: ["+rules+"]",
		"alerting: {alertmanagers: [{static_configs: [{targets: ["+strings.TrimPrefix(am.URL, "http://")+", dropped:1]}], relabel_configs: [{source_labels: [__address__], regex: 'dropped.*', action: drop}]}]}",
		"scrape_configs:",
		"- job_name: demo",
		"  scrape_native_histograms: true",
		"  always_scrape_classic_histograms: true",
		"  scrape_protocols: [PrometheusProto]",
		"  static_configs: [{targets: ["+addr+", dropped:1], labels: {env: test}}]",
		"  relabel_configs: [{source_labels: [__address__], regex: 'dropped.*', action: drop}]",
		"- job_name: down",
		"  static_configs: [{targets: ['127.0.0.1:1']}]",
	)
	args := []string{
		"--enable-feature=exemplar-storage,search-api,promql-experimental-functions",
		"--web.enable-admin-api", "--web.enable-lifecycle", "--web.enable-remote-write-receiver", "--web.enable-otlp-receiver",
	}
	p := pair{}
	data := t.TempDir()
	first := start(t, upstream(), server{config: config, data: data, args: args})
	awaitResult(t, first, "count_over_time(demo_level[10s]) > 10")
	p.at = time.Now()
	stop(t, first)

	p.theirs = start(t, upstream(), server{config: config, data: copyDir(t, data), args: args})
	// The one default that differs, so that it shows in the configuration.
	mine := append(slices.Clone(args), "--scrape.keep-dropped-targets=0")
	p.ours = start(t, full(), server{config: config, data: copyDir(t, data), args: mine})
	for _, in := range []*instance.Instance{p.theirs, p.ours} {
		eventually(t, 30*time.Second, settled(in))
	}
	return p
}

// settled fails until everything that the API shows has happened once.
func settled(in *instance.Instance) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, q := range []string{"demo:level:max", `up{job="demo"} == 1`, `up{job="down"} == 0`, `ALERTS{alertstate="firing"}`} {
			n, err := results(ctx, in, q)
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("no result yet for %s", q)
			}
		}
		// Samples can be from before the start: only targets say that it scrapes.
		data, err := askErr(ctx, in, "targets", nil)
		if err != nil {
			return err
		}
		targets, _ := data.(map[string]any)["activeTargets"].([]any)
		health := map[any]int{}
		for _, t := range targets {
			health[t.(map[string]any)["health"]]++
		}
		if len(targets) != 2 || health["up"] != 1 || health["down"] != 1 {
			return fmt.Errorf("not all targets are scraped: %v", targets)
		}
		data, err = askErr(ctx, in, "alertmanagers", nil)
		if err != nil {
			return err
		}
		if ams, _ := data.(map[string]any)["activeAlertmanagers"].([]any); len(ams) == 0 {
			return errors.New("no Alertmanager yet")
		}
		return nil
	}
}
