package parity

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/prompb"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// push sends one sample by remote write and returns the answer.
func push(t *testing.T, in *instance.Instance, name string, at time.Time, value float64) answer {
	t.Helper()
	return pushRequest(t, in, &prompb.WriteRequest{Timeseries: []prompb.TimeSeries{{
		Labels:  []prompb.Label{{Name: "__name__", Value: name}},
		Samples: []prompb.Sample{{Timestamp: at.UnixMilli(), Value: value}},
	}}})
}

func pushRequest(t *testing.T, in *instance.Instance, w *prompb.WriteRequest) answer {
	t.Helper()
	raw, err := w.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, in.URL+"/api/v1/write", bytes.NewReader(snappy.Encode(nil, raw)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Content-Encoding", "snappy")
	req.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	a, err := do(http.DefaultClient, req)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestOutOfOrder pushes samples that are late, with and without a window for
// them.
func TestOutOfOrder(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, window := range []string{"0s", "10m"} {
		var seen [2]string
		for i, s := range bothSides() {
			in := start(t, s, server{
				args:   []string{"--web.enable-remote-write-receiver"},
				config: "storage: {tsdb: {out_of_order_time_window: " + window + "}}\n",
			})
			for _, late := range []time.Duration{0, time.Minute, 5 * time.Minute, 20 * time.Minute, 0} {
				a := push(t, in, "late", now.Add(-late), late.Minutes())
				seen[i] += fmt.Sprintf("%v: %d %s\n", late, a.status, bytes.TrimSpace(a.body))
			}
			data := ask(t, in, "query", params("query", "late[1h]", "time", seconds(now)))
			seen[i] += unordered(data)
		}
		if seen[0] != seen[1] {
			t.Errorf("window %s: prometheus\n%s\nours\n%s", window, seen[0], seen[1])
		}
		if accepted := strings.Count(seen[0], ": 204"); (window == "10m") != (accepted >= 4) {
			t.Errorf("window %s: %d samples are accepted", window, accepted)
		}
	}
}

// TestRetention opens one directory of several blocks with limits by time and by
// size, given by flags and by the configuration.
func TestRetention(t *testing.T) {
	t.Parallel()
	_, addr := target(t)
	data := t.TempDir()
	in := start(t, upstream(), server{data: data, config: demoJob(addr), args: smallBlocks()})
	ingest(t, in)
	ingest(t, in)
	ingest(t, in)
	stop(t, in)
	all := blocksIn(t, data)
	if len(all) < 3 {
		t.Fatalf("only %d blocks", len(all))
	}
	for _, c := range []struct {
		name, config string
		args         []string
	}{
		{name: "none"},
		{name: "time flag", args: []string{"--storage.tsdb.retention.time=1s"}},
		{name: "size flag", args: []string{"--storage.tsdb.retention.size=1KB"}},
		{name: "time in the configuration", config: "storage: {tsdb: {retention: {time: 1s}}}\n"},
		{name: "size in the configuration", config: "storage: {tsdb: {retention: {size: 1KB}}}\n"},
		{name: "percentage in the configuration", config: "storage: {tsdb: {retention: {percentage: 0.0000001}}}\n"}, // some 100 bytes
		{name: "none by a percentage", config: "storage: {tsdb: {retention: {percentage: 50}}}\n"},
	} {
		// Limits hold each time blocks are looked at.
		args := append(append(c.args, "--storage.tsdb.block-reload-interval=1s"), smallBlocks()...)
		limited := !strings.HasPrefix(c.name, "none")
		var running []*instance.Instance
		var dirs []string
		for _, s := range bothSides() {
			dir := copyDir(t, data)
			dirs = append(dirs, dir)
			running = append(running, start(t, s, server{data: dir, config: c.config, args: args}))
		}
		left := 0
		eventually(t, 20*time.Second, func(context.Context) error {
			theirs, mine := len(blocksIn(t, dirs[0])), len(blocksIn(t, dirs[1]))
			if left = theirs; theirs != mine || limited != (left < len(all)) {
				return fmt.Errorf("%s: of %d blocks prometheus keeps %d, ours %d", c.name, len(all), theirs, mine)
			}
			return nil
		})
		for _, in := range running {
			stop(t, in)
		}
		t.Logf("%s: of %d blocks both keep %d", c.name, len(all), left)
	}
}

func blocksIn(t *testing.T, dir string) []string {
	t.Helper()
	blocks, err := filepath.Glob(filepath.Join(dir, "01*", "meta.json"))
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}

// TestQueryLimits gives both the same limits, which queries run into.
func TestQueryLimits(t *testing.T) {
	t.Parallel()
	args := []string{"--query.max-samples=10", "--query.timeout=5s", "--query.lookback-delta=1m", "--web.enable-remote-write-receiver"}
	now := time.Now()
	var servers []*instance.Instance
	for _, s := range bothSides() {
		in := start(t, s, server{args: args})
		for i := range 5 {
			push(t, in, fmt.Sprintf("series_%d", i), now.Add(-30*time.Second), 1)
		}
		servers = append(servers, in)
	}
	for _, q := range []struct {
		path   string
		params []string
	}{
		{"/api/v1/query", []string{"query", `count({__name__=~"series_.+"})`, "time", seconds(now)}},
		{"/api/v1/query", []string{"query", `count({__name__=~"series_.+"})`, "time", seconds(now.Add(45 * time.Second))}}, // beyond the lookback
		{"/api/v1/query", []string{"query", `sum_over_time(vector(1)[1h:1s])`, "time", seconds(now)}},                      // too many samples
		{"/api/v1/query_range", []string{"query", `{__name__=~"series_.+"}`, "start", seconds(now), "end", seconds(now.Add(20 * time.Second)), "step", "1"}},
	} {
		var got [2]answer
		for i, in := range servers {
			a, err := get(context.WithoutCancel(t.Context()), in, q.path, params(q.params...))
			if err != nil {
				t.Fatal(err)
			}
			got[i] = a
		}
		if d := (call{how: equal}).differ(got[0], got[1]); d != "" {
			t.Errorf("%v:\n%s", q.params, d)
			continue
		}
		t.Logf("%-60.60s %d %.90s", q.params[1], got[0].status, got[0].body)
	}
}

// What is asked for takes much longer than it may, and comes to its end within the
// evaluation: a shorter time can run out before, where either server says it otherwise.
func TestQueryTimeout(t *testing.T) {
	t.Parallel()
	var got [2]answer
	for i, s := range bothSides() {
		in := start(t, s, server{})
		a, err := get(context.WithoutCancel(t.Context()), in, "/api/v1/query",
			params("query", "count_over_time(vector(1)[90d:1s])", "timeout", "100ms", "time", seconds(time.Now())))
		if err != nil {
			t.Fatal(err)
		}
		got[i] = a
	}
	if d := (call{how: equal}).differ(got[0], got[1]); d != "" || got[0].status != http.StatusServiceUnavailable {
		t.Errorf("status %d: %s", got[0].status, d)
	}
	t.Logf("%d %s", got[0].status, got[0].body)
}
