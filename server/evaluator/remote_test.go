package evaluator

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/model/labels"
)

func TestRemote(t *testing.T) {
	at := time.Unix(1_700_000_000, 500e6)
	answers := map[string]string{
		"vector":    `{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"a","cluster":"c"},"value":[1700000000.5,"1"]},{"metric":{},"value":[1700000000.5,"+Inf"]}]}`,
		"empty":     `{"resultType":"vector","result":[]}`,
		"scalar":    `{"resultType":"scalar","result":[1700000000.5,"2"]}`,
		"matrix":    `{"resultType":"matrix","result":[]}`,
		"histogram": `{"resultType":"vector","result":[{"metric":{},"histogram":[1700000000.5,{"count":"1","sum":"1","buckets":[]}]}]}`,
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/prefix/api/v1/query" || r.FormValue("time") != "1700000000.5" {
			t.Errorf("asked %s at %s", r.URL.Path, r.FormValue("time"))
		}
		query := r.FormValue("query")
		if answer, ok := answers[query]; ok {
			fmt.Fprintf(w, `{"status":"success","data":%s}`, answer)
			return
		}
		if query == "incomplete" {
			fmt.Fprintf(w, `{"status":"success","warnings":["a store is away"],"data":%s}`, answers["vector"])
			return
		}
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `{"status":"error","errorType":"execution","error":"too many samples"}`)
	}))
	t.Cleanup(web.Close)
	u, err := url.Parse(web.URL + "/prefix")
	if err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	ask, err := Remote{URL: u, Timeout: 10 * time.Second, Registerer: reg}.QueryFunc()
	if err != nil {
		t.Fatal(err)
	}

	for _, query := range []string{"vector", "incomplete"} {
		got, err := ask(t.Context(), query, at)
		if err != nil || len(got) != 2 || got[0].F != 1 || got[0].T != at.UnixMilli() ||
			!labels.Equal(got[0].Metric, labels.FromStrings("__name__", "up", "cluster", "c", "job", "a")) || !got[1].Metric.IsEmpty() {
			t.Errorf("%s: got %v, %v", query, got, err)
		}
	}
	if n, err := testutil.GatherAndCount(reg); err != nil || n != 1 {
		t.Errorf("%d metrics, %v", n, err)
	}
	if err := testutil.GatherAndCompare(reg, strings.NewReader(`
# HELP kube_monitoring_stack_server_rule_query_warnings_total Answers to rules' queries that came with a warning, such as not being complete.
# TYPE kube_monitoring_stack_server_rule_query_warnings_total counter
kube_monitoring_stack_server_rule_query_warnings_total 1
`)); err != nil {
		t.Error(err)
	}
	if got, err := ask(t.Context(), "empty", at); err != nil || len(got) != 0 {
		t.Errorf("empty: got %v, %v", got, err)
	}
	if got, err := ask(t.Context(), "scalar", at); err != nil || len(got) != 1 || got[0].F != 2 {
		t.Errorf("scalar: got %v, %v", got, err)
	}
	for query, want := range map[string]string{"matrix": "not a vector", "histogram": "native histograms", "heavy": "too many samples"} {
		if _, err := ask(t.Context(), query, at); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", query, err, want)
		}
	}
}
