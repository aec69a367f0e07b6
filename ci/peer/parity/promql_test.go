package parity

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/storage/remote"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/teststorage"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/localdb"
)

// every is how many queries of the suite there are for one that is asked over
// HTTP too. All 21,000 take two minutes. The suite asks each expression in
// several forms, in turn, and a prime number takes some of each.
const every = 7

// TestPromQL runs upstream's own test suite of PromQL, on the storage that our
// server puts in front of the TSDB. While it runs, a part of its queries is
// also asked of both servers over HTTP, which must answer the same: so what the
// suite expects holds for the engine as our server sets it up. The servers read
// what the suite has loaded by remote read, out of this process.
func TestPromQL(t *testing.T) {
	t.Parallel()
	suite := &suite{stats: map[string]int{}}
	reads := httptest.NewServer(remote.NewReadHandler(promslog.NewNopLogger(), nil, suite,
		func() config.Config { return config.DefaultConfig }, 0, 10, 1<<20))
	t.Cleanup(reads.Close)
	o := server{
		config: "global: {evaluation_interval: 1m}\nremote_read: [{url: '" + reads.URL + "', read_recent: true}]\n",
		args: []string{"--enable-feature=promql-experimental-functions,promql-extended-range-selectors," +
			"promql-binop-fill-modifiers,promql-delayed-name-removal,use-start-timestamps"},
	}
	suite.theirs, suite.ours = start(t, upstream(), o), start(t, ours(), o)
	suite.QueryEngine = promqltest.NewTestEngine(t, false, 0, promqltest.DefaultMaxSamplesPerQuery)

	promqltest.RunBuiltinTestsWithStorage(t, suite, func(t testing.TB) storage.Storage {
		db := localdb.New()
		db.SetServer(teststorage.New(t, func(o *tsdb.Options) {
			o.EnableSTStorage = true
			o.FloatChunkEncoding = chunkenc.EncXOR2
			o.EnableHistogramSTEncoding = true
		}).DB, 0)
		return db
	})
	for _, d := range suite.differences {
		t.Error(d)
	}
	t.Logf("answers over HTTP: %v", suite.stats)
	if suite.stats["success"] < 2000 {
		t.Errorf("only %d queries were answered by both", suite.stats["success"])
	}
}

// suite is the engine that the suite uses. It sees each query before the suite
// does.
type suite struct {
	promql.QueryEngine
	theirs, ours *instance.Instance

	mu          sync.Mutex // guards all below
	asked       int
	loaded      storage.Storage
	stats       map[string]int
	differences []string
}

func (s *suite) NewInstantQuery(ctx context.Context, q storage.Queryable, o promql.QueryOpts, expr string, at time.Time) (promql.Query, error) {
	s.compare(ctx, q, "/api/v1/query", params("query", expr, "time", exact(at)))
	return s.QueryEngine.NewInstantQuery(ctx, q, o, expr, at)
}

func (s *suite) NewRangeQuery(ctx context.Context, q storage.Queryable, o promql.QueryOpts, expr string, start, end time.Time, step time.Duration) (promql.Query, error) {
	s.compare(ctx, q, "/api/v1/query_range", params("query", expr, "start", exact(start), "end", exact(end),
		"step", strconv.FormatFloat(step.Seconds(), 'f', -1, 64)))
	return s.QueryEngine.NewRangeQuery(ctx, q, o, expr, start, end, step)
}

// exact writes a time of any year.
func exact(t time.Time) string {
	return strconv.FormatFloat(float64(t.Unix())+float64(t.Nanosecond())/1e9, 'f', -1, 64)
}

func (s *suite) compare(ctx context.Context, q storage.Queryable, path string, v url.Values) {
	s.mu.Lock()
	s.loaded = q.(storage.Storage)
	s.asked++
	skip := s.asked%every != 0
	s.mu.Unlock()
	if skip {
		return
	}
	var got [2]answer
	for i, in := range []*instance.Instance{s.theirs, s.ours} {
		a, err := request(ctx, http.MethodPost, in.URL+path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
		if err != nil {
			a = answer{body: []byte(err.Error())}
		}
		got[i] = a
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch got[0].status {
	case http.StatusOK:
		s.stats["success"]++
	case 0:
		s.differences = append(s.differences, "no answer: "+string(got[0].body))
	default:
		s.stats["error "+strconv.Itoa(got[0].status)]++
	}
	if strings.Contains(string(got[0].body), "remote") {
		s.differences = append(s.differences, v.Get("query")+": remote read failed: "+string(got[0].body))
	}
	c := call{how: equal}
	if d := c.differ(got[0], got[1]); d != "" {
		s.differences = append(s.differences, v.Encode()+":\n"+d)
	}
}

// Querier implements storage.Queryable for remote read.
func (s *suite) Querier(mint, maxt int64) (storage.Querier, error) {
	return s.now().Querier(clamp(mint), clamp(maxt))
}

// ChunkQuerier implements storage.ChunkQueryable for remote read.
func (s *suite) ChunkQuerier(mint, maxt int64) (storage.ChunkQuerier, error) {
	return s.now().ChunkQuerier(clamp(mint), clamp(maxt))
}

func (s *suite) now() storage.Storage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loaded
}

// clamp keeps times of the suite's extremes where the TSDB can add to them.
func clamp(ms int64) int64 { return min(max(ms, math.MinInt64/2), math.MaxInt64/2) }
