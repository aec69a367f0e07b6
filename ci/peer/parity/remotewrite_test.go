package parity

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// demoJob scrapes the exporter at addr with all that it shows.
func demoJob(addr string) string {
	return inline(
		"global: {external_labels: {cluster: demo}}",
		"scrape_configs:",
		"- job_name: demo",
		"  scrape_interval: 200ms",
		"  scrape_timeout: 200ms",
		"  scrape_native_histograms: true",
		"  always_scrape_classic_histograms: true",
		"  scrape_protocols: [PrometheusProto, OpenMetricsText1.0.0]",
		"  static_configs: [{targets: ["+addr+"]}]",
	)
}

// TestRemoteWrite sends from each to the other, by both versions of the
// protocol, and from agents too: samples, native histograms and exemplars
// arrive as they were scraped. By version 2 no exemplars are sent: upstream's
// sender puts them into series of their own, which upstream's receiver refuses.
func TestRemoteWrite(t *testing.T) {
	t.Parallel()
	for _, way := range []struct{ from, to side }{{upstream(), ours()}, {ours(), upstream()}} {
		for _, message := range []string{"prometheus.WriteRequest", "io.prometheus.write.v2.Request"} {
			for _, agent := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s to %s, %s, agent %t", way.from.name, way.to.name, message, agent), func(t *testing.T) {
					t.Parallel()
					remoteWrite(t, way.from, way.to, message, agent)
				})
			}
		}
	}
}

func remoteWrite(t *testing.T, from, to side, message string, agent bool) {
	_, addr := target(t)
	exemplars := message == "prometheus.WriteRequest"
	features := "--enable-feature=exemplar-storage"
	receiver := start(t, to, server{args: []string{"--web.enable-remote-write-receiver", features}})
	args := []string{features}
	if agent {
		args = []string{"--agent"}
	}
	sender := start(t, from, server{args: args, config: demoJob(addr) + inline(
		"remote_write:",
		"- url: "+receiver.URL+"/api/v1/write",
		"  protobuf_message: "+message,
		fmt.Sprintf("  send_exemplars: %t", exemplars),
		"  send_native_histograms: true",
		"  queue_config: {batch_send_deadline: 100ms}",
	)})
	awaitResult(t, receiver, `count_over_time(demo_level{cluster="demo"}[10s]) > 5`)
	awaitResult(t, receiver, `histogram_count(demo_native_seconds{cluster="demo"}) > 50`)
	eventually(t, 20*time.Second, func(ctx context.Context) error {
		data, err := askErr(ctx, receiver, "query_exemplars", params("query", "demo_native_seconds", "start", "0", "end", seconds(time.Now())))
		if err == nil && exemplars && len(data.([]any)) == 0 {
			err = fmt.Errorf("no exemplars arrived")
		}
		return err
	})
	if agent {
		a, err := get(t.Context(), sender, "/api/v1/query", params("query", "1"))
		if err != nil || a.status != 422 {
			t.Errorf("an agent answers a query with %d, %v", a.status, err)
		}
		return
	}
	// Compare sample by sample.
	at := params("query", `label_replace(last_over_time({job="demo"}[1s]), "cluster", "demo", "", "")`, "time", seconds(passed(t, sender)))
	local := ask(t, sender, "query", at)
	eventually(t, 20*time.Second, func(ctx context.Context) error { return hasAll(ctx, receiver, local, at) })
}

// hasAll returns an error if a server's answer to a query is not the same.
func hasAll(ctx context.Context, in *instance.Instance, want any, query url.Values) error {
	got, err := askErr(ctx, in, "query", query)
	if err != nil {
		return err
	}
	if unordered(want) != unordered(got) {
		return fmt.Errorf("the receiver shows something else: %.1500s", cmp.Diff(want, got))
	}
	return nil
}
