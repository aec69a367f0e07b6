package parity

import "testing"

// TestFederation lets each scrape the other's /federate, in text and in
// protobuf, in which native histograms come along.
func TestFederation(t *testing.T) {
	t.Parallel()
	for _, way := range []struct{ by, of side }{{upstream(), ours()}, {ours(), upstream()}} {
		t.Run(way.by.name+" federates "+way.of.name, func(t *testing.T) {
			t.Parallel()
			_, addr := target(t)
			source := start(t, way.of, server{config: demoJob(addr)})
			awaitResult(t, source, `demo_native_seconds`)
			job := func(name, protocol string) string {
				return inline(
					"- job_name: "+name,
					"  scrape_interval: 200ms",
					"  scrape_timeout: 200ms",
					"  honor_labels: true",
					"  scrape_native_histograms: true",
					"  metrics_path: /federate",
					"  params: {'match[]': ['{job=\"demo\"}']}",
					"  scrape_protocols: ["+protocol+"]",
					"  static_configs: [{targets: ['"+source.URL[len("http://"):]+"'], labels: {via: "+name+"}}]",
				)
			}
			sink := start(t, way.by, server{config: "scrape_configs:\n" + job("text", "PrometheusText0.0.4") + job("proto", "PrometheusProto")})
			awaitResult(t, sink, `demo_level{via="text", job="demo", cluster="demo"}`)
			awaitResult(t, sink, `histogram_count(demo_native_seconds{via="proto", job="demo", cluster="demo"}) > 0`)
		})
	}
}
