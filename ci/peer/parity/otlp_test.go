package parity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestOTLP pushes one OTLP request with a gauge, a sum, a histogram and an
// exponential histogram to both, for several translations of names.
func TestOTLP(t *testing.T) {
	t.Parallel()
	for _, strategy := range []string{"UnderscoreEscapingWithSuffixes", "NoUTF8EscapingWithSuffixes", "NoTranslation"} {
		t.Run(strategy, func(t *testing.T) {
			t.Parallel()
			now := time.Now()
			body := otlpRequest(t, now)
			var shown []any
			for _, s := range bothSides() {
				in := start(t, s, server{
					config: "otlp: {translation_strategy: " + strategy + ", promote_resource_attributes: [deployment.environment]}\n",
					args:   []string{"--web.enable-otlp-receiver"},
				})
				a, err := request(t.Context(), http.MethodPost, in.URL+"/api/v1/otlp/v1/metrics", "application/json", strings.NewReader(body))
				if err != nil || a.status != http.StatusOK {
					t.Fatalf("%s answered %d %s, %v", s.name, a.status, a.body, err)
				}
				var data any
				eventually(t, 30*time.Second, func(ctx context.Context) error {
					if data, err = askErr(ctx, in, "query", params("query", `{__name__=~".+"}`, "time", seconds(now.Add(time.Second)))); err != nil {
						return err
					}
					if n := len(data.(map[string]any)["result"].([]any)); n < 8 {
						return fmt.Errorf("%d series", n)
					}
					return nil
				})
				shown = append(shown, data)
			}
			same(t, "what was pushed", shown[0], shown[1])
			t.Logf("%d series are the same", len(shown[0].(map[string]any)["result"].([]any)))
		})
	}
}

func otlpRequest(t *testing.T, now time.Time) string {
	t.Helper()
	nanos := fmt.Sprint(now.UnixNano())
	began := fmt.Sprint(now.Add(-time.Minute).UnixNano())
	type m = map[string]any
	attribute := func(k, v string) m { return m{"key": k, "value": m{"stringValue": v}} }
	point := func(fields m) []m {
		fields["startTimeUnixNano"], fields["timeUnixNano"] = began, nanos
		fields["attributes"] = []m{attribute("http.method", "GET")}
		return []m{fields}
	}
	raw, err := json.Marshal(m{"resourceMetrics": []m{{
		"resource": m{"attributes": []m{
			attribute("service.name", "cart"), attribute("service.namespace", "shop"),
			attribute("service.instance.id", "a"), attribute("deployment.environment", "test"),
		}},
		"scopeMetrics": []m{{"scope": m{"name": "demo"}, "metrics": []m{
			{"name": "queue.length", "unit": "1", "gauge": m{"dataPoints": point(m{"asDouble": 4.5})}},
			{"name": "requests", "unit": "{request}", "sum": m{
				"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": point(m{"asInt": "7"}),
			}},
			{"name": "latency", "unit": "s", "histogram": m{"aggregationTemporality": 2, "dataPoints": point(m{
				"count": "3", "sum": 4.5, "bucketCounts": []string{"1", "2", "0"}, "explicitBounds": []float64{1, 5},
			})}},
			{"name": "size", "unit": "By", "exponentialHistogram": m{"aggregationTemporality": 2, "dataPoints": point(m{
				"count": "3", "sum": 9, "scale": 2, "zeroCount": "1", "positive": m{"offset": 1, "bucketCounts": []string{"1", "1"}},
			})}},
		}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
