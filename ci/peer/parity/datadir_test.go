package parity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// smallBlocks makes blocks within seconds and keeps them apart.
func smallBlocks() []string {
	return []string{"--storage.tsdb.min-block-duration=4s", "--storage.tsdb.max-block-duration=4s"}
}

// TestDataDirectoryMovesBothWays ingests with one server, stops it, opens the
// directory with the other, which must show the same and goes on ingesting, and
// so on: no conversion, no error line, nothing lost.
func TestDataDirectoryMovesBothWays(t *testing.T) {
	t.Parallel()
	for _, first := range bothSides() {
		for _, snapshot := range []bool{false, true} {
			t.Run(fmt.Sprintf("from %s, snapshot %t", first.name, snapshot), func(t *testing.T) {
				t.Parallel()
				second := ours()
				if first.name == ours().name {
					second = upstream()
				}
				moveAround(t, []side{first, second, first}, snapshot)
			})
		}
	}
}

func moveAround(t *testing.T, chain []side, snapshot bool) {
	_, addr := target(t)
	data := t.TempDir()
	features := "exemplar-storage"
	if snapshot {
		features += ",memory-snapshot-on-shutdown"
	}
	o := server{
		data: data,
		args: append(smallBlocks(), "--enable-feature="+features),
		config: inline(
			"scrape_configs:",
			"- job_name: demo",
			"  scrape_interval: 200ms",
			"  scrape_timeout: 200ms",
			"  scrape_native_histograms: true",
			"  always_scrape_classic_histograms: true",
			"  scrape_protocols: [PrometheusProto, OpenMetricsText1.0.0]",
			"  static_configs: [{targets: ["+addr+"]}]",
		),
	}
	var before *picture
	for hop, s := range chain {
		in := start(t, s, o)
		if before != nil {
			after := before.again(t, in)
			same(t, fmt.Sprintf("hop %d, what %s shows of the directory of %s", hop, s.name, chain[hop-1].name), before.data, after.data)
		}
		ingest(t, in)
		before = take(t, in)
		stop(t, in)
		before.forgetExemplars(t, data)
		blocks, _ := filepath.Glob(filepath.Join(data, "01*"))
		snapshots, _ := filepath.Glob(filepath.Join(data, "chunk_snapshot.*"))
		t.Logf("hop %d: %s left %d blocks, %d snapshots; %d series and %d exemplars are compared", hop, s.name,
			len(blocks), len(snapshots), before.series(), before.exemplars())
		if snapshot && len(snapshots) == 0 {
			t.Errorf("hop %d: %s wrote no snapshot", hop, s.name)
		}
	}
}

// ingest waits until the server has compacted a block of what it scraped
// itself and has newer samples in its head.
func ingest(t *testing.T, in *instance.Instance) {
	t.Helper()
	began := time.Now().UnixMilli()
	eventually(t, time.Minute, func(ctx context.Context) error {
		data, err := askErr(ctx, in, "status/tsdb/blocks", nil)
		if err != nil {
			return err
		}
		blocks, _ := data.(map[string]any)["blocks"].([]any)
		for _, b := range blocks {
			if int64(b.(map[string]any)["maxTime"].(float64)) > began {
				return nil
			}
		}
		return errors.New("no new block yet")
	})
	awaitResult(t, in, `demo_level`)
}

// picture is what a server shows of its data up to a moment.
type picture struct {
	at    time.Time
	since time.Time // exemplars are compared from here on
	data  map[string]any
}

// take asks for what is older than a moment that nothing is added before.
func take(t *testing.T, in *instance.Instance) *picture {
	t.Helper()
	at := passed(t, in)
	// Of exemplars only those are on the disk that came after the last block.
	stats := ask(t, in, "status/tsdb", nil).(map[string]any)["headStats"].(map[string]any)
	p := &picture{at: at, since: time.UnixMilli(int64(stats["minTime"].(float64)))}
	return p.again(t, in)
}

// again asks the same of another server.
func (p *picture) again(t *testing.T, in *instance.Instance) *picture {
	t.Helper()
	now := &picture{at: p.at, since: p.since, data: map[string]any{}}
	at := seconds(p.at)
	for _, q := range []string{
		`{__name__=~"demo_.+|up|scrape_.+"}[10m]`, // every sample as it is stored
		`sum by (code) (rate(demo_requests_total[3s]))`,
		`histogram_quantile(0.9, rate(demo_native_seconds[3s]))`,
		`histogram_quantile(0.9, sum by (le) (rate(demo_classic_seconds_bucket[3s])))`,
		`count_over_time(demo_fleeting[10m])`,
	} {
		now.data[q] = ask(t, in, "query", params("query", q, "time", at))
	}
	now.data["range"] = ask(t, in, "query_range", params("query", "demo_level", "step", "500ms",
		"start", seconds(p.at.Add(-time.Minute)), "end", at))
	now.data["exemplars"] = ask(t, in, "query_exemplars", params("query", `{__name__=~"demo_.+"}`, "start", seconds(p.since), "end", at))
	now.data["series"] = ask(t, in, "series", params("match[]", `{__name__=~"demo_.+"}`, "end", at))
	return now
}

// forgetExemplars leaves out those that a block written since the picture was
// taken has carried off: exemplars are in the log alone.
func (p *picture) forgetExemplars(t *testing.T, data string) {
	t.Helper()
	for _, file := range blocksIn(t, data) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var meta struct{ MaxTime int64 }
		if err := json.Unmarshal(raw, &meta); err != nil {
			t.Fatal(err)
		}
		if end := time.UnixMilli(meta.MaxTime); end.After(p.since) {
			p.since = end
		}
	}
	var left []any
	for _, s := range p.data["exemplars"].([]any) {
		series := s.(map[string]any)
		var late []any
		for _, e := range series["exemplars"].([]any) {
			if e.(map[string]any)["timestamp"].(float64) >= float64(p.since.UnixMilli())/1000 {
				late = append(late, e)
			}
		}
		if len(late) > 0 {
			series["exemplars"] = late
			left = append(left, series)
		}
	}
	if left == nil {
		left = []any{}
	}
	p.data["exemplars"] = left
}

func (p *picture) series() int { return len(p.data["series"].([]any)) }

func (p *picture) exemplars() (n int) {
	for _, s := range p.data["exemplars"].([]any) {
		n += len(s.(map[string]any)["exemplars"].([]any))
	}
	return n
}

// sampleValue returns the value of one series of an instant query's result.
func sampleValue(series any) float64 {
	var v float64
	fmt.Sscan(series.(map[string]any)["value"].([]any)[1].(string), &v)
	return v
}

// copyDir copies a data directory that no server has open.
func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}
