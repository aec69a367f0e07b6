package parity

import "testing"

// TestRemoteRead lets each read from the other, which holds the data.
func TestRemoteRead(t *testing.T) {
	t.Parallel()
	for _, way := range []struct{ reader, holder side }{{upstream(), ours()}, {ours(), upstream()}} {
		t.Run(way.reader.name+" reads from "+way.holder.name, func(t *testing.T) {
			t.Parallel()
			_, addr := target(t)
			holder := start(t, way.holder, server{config: demoJob(addr)})
			awaitResult(t, holder, `count_over_time(demo_level[10s]) > 10`)
			reader := start(t, way.reader, server{config: inline(
				"global: {external_labels: {cluster: demo}}",
				"remote_read: [{url: "+holder.URL+"/api/v1/read, read_recent: true}]",
			)})
			at := passed(t, holder)
			for _, query := range []string{
				`demo_requests_total[5s]`,
				`demo_native_seconds[5s]`,
				`histogram_quantile(0.9, rate(demo_native_seconds[5s]))`,
				`sum by (code) (rate(demo_requests_total[5s]))`,
			} {
				q := params("query", query, "time", seconds(at))
				want, got := ask(t, holder, "query", q), ask(t, reader, "query", q)
				same(t, query, want, got)
				if n := len(want.(map[string]any)["result"].([]any)); n == 0 {
					t.Errorf("%s has no result", query)
				}
			}
		})
	}
}
