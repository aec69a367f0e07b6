package query

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/storage/remote"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/compression"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
)

// remoteRead asks upstream's handler for all series of a metric.
func remoteRead(t *testing.T, g *Guard, db *tsdb.DB, metric string, accept prompb.ReadRequest_ResponseType) *httptest.ResponseRecorder {
	t.Helper()
	raw, err := (&prompb.ReadRequest{
		AcceptedResponseTypes: []prompb.ReadRequest_ResponseType{accept},
		Queries: []*prompb.Query{{
			StartTimestampMs: end.Add(-nSamples * interval).UnixMilli(), EndTimestampMs: end.UnixMilli(),
			Matchers: []*prompb.LabelMatcher{{Type: prompb.LabelMatcher_EQ, Name: labels.MetricName, Value: metric}},
		}},
	}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	body, err := compression.Encode(compression.Snappy, raw, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := g.Requests(remote.NewReadHandler(slog.New(slog.DiscardHandler), nil, g.Reads(db),
		func() config.Config { return config.Config{} }, 5e7, 10, 1<<20))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/read", bytes.NewReader(body)))
	return w
}

// TestRemoteReadIsEnded reads 240,000 samples, for which upstream's handler
// takes over 15 MiB before it answers the first.
func TestRemoteReadIsEnded(t *testing.T) {
	db := openDB(t)
	g := start(t, Options{Query: size.Bytes(4 * mib)})
	var w *httptest.ResponseRecorder
	used := peak(func() { w = remoteRead(t, g, db, "requests_total", prompb.ReadRequest_SAMPLES) })
	t.Logf("it used %d MiB and was answered %d: %s", used/mib, w.Code, w.Body)
	if w.Code == http.StatusOK || !strings.Contains(w.Body.String(), "--guard.query-memory=4MiB") {
		t.Errorf("answered %d, %.200q", w.Code, w.Body)
	}
	if used > 3*4*mib {
		t.Errorf("it used %d MiB", used/mib)
	}
	if n := testutil.ToFloat64(g.metrics.ended.WithLabelValues(read, string(overShare))); n != 1 {
		t.Errorf("%v ended requests are counted", n)
	}
	if left := g.Running(); len(left) != 0 {
		t.Errorf("still running: %v", left)
	}
}

func TestRemoteReadWithinItsShare(t *testing.T) {
	db := openDB(t)
	g := start(t, Options{Query: size.Bytes(40 * mib)})
	var w *httptest.ResponseRecorder
	used := peak(func() { w = remoteRead(t, g, db, "requests_total", prompb.ReadRequest_SAMPLES) })
	if w.Code != http.StatusOK {
		t.Fatalf("answered %d, %.200q", w.Code, w.Body)
	}
	if used > 40*mib {
		t.Errorf("it used %d MiB and was not ended: a sample takes more than is counted", used/mib)
	}
}

// TestRemoteReadOfChunks has a share that the same samples, unstreamed, pass by
// far. A streamed answer is never whole in memory.
func TestRemoteReadOfChunks(t *testing.T) {
	db := openDB(t)
	g := start(t, Options{Query: size.Bytes(mib / 2)})
	w := remoteRead(t, g, db, "requests_total", prompb.ReadRequest_STREAMED_XOR_CHUNKS)
	if w.Code != http.StatusOK || w.Body.Len() == 0 {
		t.Errorf("answered %d, %.200q", w.Code, w.Body)
	}
}

// request calls f as a request does.
func request(t *testing.T, g *Guard, f func(r *http.Request)) {
	t.Helper()
	g.Requests(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { f(r) })).
		ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/series", nil))
}

func querier(t *testing.T, q storage.Queryable) storage.Querier {
	t.Helper()
	out, err := q.Querier(end.Add(-nSamples*interval).UnixMilli(), end.UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	return out
}

func TestSeriesAreEnded(t *testing.T) {
	db := openDB(t)
	all := labels.MustNewMatcher(labels.MatchEqual, labels.MetricName, "requests_total")
	few := labels.MustNewMatcher(labels.MatchEqual, "namespace", "ns-3")
	for name, tc := range map[string]struct {
		ms   []*labels.Matcher
		want bool // to be ended
	}{
		"all": {[]*labels.Matcher{all}, true},
		"few": {[]*labels.Matcher{all, few}, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := start(t, Options{Query: size.Bytes(100 << 10)})
			request(t, g, func(r *http.Request) {
				set := querier(t, g.Reads(db)).Select(r.Context(), true, nil, tc.ms...)
				n := 0
				for set.Next() {
					// Who merges sets asks several times.
					if set.At().Labels().IsEmpty() || set.At().Labels().IsEmpty() {
						t.Error("no labels")
					}
					n++
				}
				err := set.Err()
				if tc.want != (err != nil) || tc.want != (n != nSeries/20 && n < nSeries) {
					t.Errorf("%d series, %v", n, err)
				}
				if err != nil && !strings.Contains(err.Error(), "request ended by the memory guard: one request may use 100KiB (--guard.query-memory=100KiB)") {
					t.Errorf("it says %v", err)
				}
			})
		})
	}
}

func TestNewestCountsNoSamples(t *testing.T) {
	db := openDB(t)
	g := start(t, Options{Query: size.Bytes(2 * mib)})
	all := labels.MustNewMatcher(labels.MatchEqual, labels.MetricName, "requests_total")
	count := func(q storage.Queryable) (n int, err error) {
		request(t, g, func(r *http.Request) {
			set := querier(t, q).Select(r.Context(), true, nil, all)
			var it chunkenc.Iterator
			for set.Next() {
				it = set.At().Iterator(it)
				for it.Next() != chunkenc.ValNone {
					n++
				}
				if err = it.Err(); err != nil {
					return
				}
			}
			err = set.Err()
		})
		return n, err
	}
	if n, err := count(g.Newest(db)); err != nil || n != nSeries*nSamples {
		t.Errorf("%d samples, %v", n, err)
	}
	if n, err := count(g.Reads(db)); err == nil {
		t.Errorf("%d samples were read where they count", n)
	}
}

func TestLabelValuesAreEnded(t *testing.T) {
	db := openDB(t)
	for limit, want := range map[int64]bool{8 << 10: true, 1 << 20: false} {
		g := start(t, Options{Query: size.Bytes(limit)})
		request(t, g, func(r *http.Request) {
			q := querier(t, g.Reads(db))
			if names, _, err := q.LabelNames(r.Context(), nil); err != nil || len(names) != 3 {
				t.Errorf("limit %d: names %v, %v", limit, names, err)
			}
			pods, _, err := q.LabelValues(r.Context(), "pod", nil)
			if want != (err != nil) || want == (len(pods) == nSeries) {
				t.Errorf("limit %d: %d values, %v", limit, len(pods), err)
			}
		})
	}
}

// TestReadIsEndedWhenTheHeapIsFull ends the more expensive of two reads.
func TestReadIsEndedWhenTheHeapIsFull(t *testing.T) {
	db := openDB(t)
	runtime.GC()
	g := New(Options{Heap: size.Bytes(20 * mib), Logger: slog.New(slog.DiscardHandler)})
	all := labels.MustNewMatcher(labels.MatchEqual, labels.MetricName, "requests_total")
	request(t, g, func(r *http.Request) {
		set := querier(t, g.Reads(db)).Select(r.Context(), true, nil, all)
		for i := 0; set.Next(); i++ {
			set.At()
			if i == nSeries-10 {
				new(watcher).look(g, 21*mib, 1)
			}
		}
		if err := set.Err(); err == nil || !strings.Contains(err.Error(), "--guard.query-heap=20MiB") {
			t.Errorf("it ended with %v", err)
		}
	})
}

// TestEngineCountsOnce gives a query the storage that requests have.
func TestEngineCountsOnce(t *testing.T) {
	db := openDB(t)
	g := start(t, Options{Query: size.Bytes(1 << 40)})
	request(t, g, func(r *http.Request) {
		q, err := g.AdHoc(newEngine()).NewInstantQuery(r.Context(), g.Reads(db), nil, `count(requests_total)`, end)
		if err != nil {
			t.Fatal(err)
		}
		defer q.Close()
		if res := q.Exec(r.Context()); res.Err != nil || res.String() != "{} => "+strconv.Itoa(nSeries)+" @["+strconv.FormatInt(end.UnixMilli(), 10)+"]" {
			t.Errorf("%v, %v", res, res.Err)
		}
		if n := q.(*query).account.series; n != nSeries {
			t.Errorf("%d series are counted for the query", n)
		}
		if n := r.Context().Value(requestKey{}).(*account).series; n != 0 {
			t.Errorf("%d series are counted for the request as well", n)
		}
	})
}

// TestSmallQueriesAreNotWatched holds what makes the guard cheap.
func TestSmallQueriesAreNotWatched(t *testing.T) {
	db := openDB(t)
	g := start(t, DefaultOptions())
	small, release := blockedQuery(t, g.AdHoc(newEngine()), db, `requests_total{pod="pod-1"}`)
	if r := g.Running(); len(r) != 0 {
		t.Errorf("watched: %v", r)
	}
	release()
	if res := <-small; res.Err != nil {
		t.Error(res.Err)
	}
	large, release := blockedQuery(t, g.AdHoc(newEngine()), db, `requests_total`)
	if r := g.Running(); len(r) != 1 || r[0].Query != `requests_total` || r[0].Series == 0 || r[0].Bytes < watchFrom {
		t.Errorf("watched: %v", r)
	}
	release()
	if res := <-large; res.Err != nil {
		t.Error(res.Err)
	}
}
