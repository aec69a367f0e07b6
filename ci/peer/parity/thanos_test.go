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

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// TestThanos attaches a Thanos sidecar to our server. A querier answers through
// it, it uploads our blocks to a bucket, and a store gateway serves them from
// there when our server is gone.
func TestThanos(t *testing.T) {
	if testing.Short() {
		t.Skip("Thanos takes minutes to compile, the first time")
	}
	t.Parallel()
	_, addr := target(t)
	data, bucket := t.TempDir(), t.TempDir()
	objstore := "--objstore.config={type: FILESYSTEM, config: {directory: " + bucket + "}}"
	// Thanos asks for external labels, and for blocks nobody else compacts.
	in := start(t, ours(), server{data: data, config: demoJob(addr), args: smallBlocks()})
	ingest(t, in)

	sidecar := thanos(t, "sidecar", objstore, "--prometheus.url="+in.URL, "--tsdb.path="+data, "--prometheus.get_config_interval=1s")
	live := thanos(t, "query", "--endpoint="+sidecar.Addr2)
	awaitResult(t, live, `demo_level{cluster="demo"}`)

	at := passed(t, in)
	for _, query := range []string{
		`sum by (code) (rate(demo_requests_total[5s]))`,
		`histogram_quantile(0.9, sum(rate(demo_native_seconds[5s])))`,
		`count(count_over_time(demo_fleeting[10m]))`,
	} {
		q := params("query", query, "time", seconds(at))
		want := ask(t, in, "query", q).(map[string]any)["result"]
		got := ask(t, live, "query", q).(map[string]any)["result"]
		if unordered(want) != unordered(got) || len(want.([]any)) == 0 {
			t.Errorf("%s: ours %v, through Thanos %v", query, want, got)
		}
	}

	var uploaded string
	eventually(t, 90*time.Second, func(context.Context) error { // it looks every 30 s
		metas, err := filepath.Glob(filepath.Join(bucket, "01*", "meta.json"))
		if err == nil && len(metas) == 0 {
			err = errors.New("no block in the bucket")
		}
		if err == nil {
			uploaded = metas[0]
		}
		return err
	})
	var meta struct {
		MinTime, MaxTime int64
		Thanos           struct {
			Labels map[string]string
			Source string
		}
	}
	raw, err := os.ReadFile(uploaded)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &meta); err != nil {
		t.Fatal(err)
	}
	if meta.Thanos.Labels["cluster"] != "demo" || meta.Thanos.Source != "sidecar" {
		t.Errorf("the block's meta.json says %+v", meta.Thanos)
	}
	stop(t, in)
	if err := sidecar.Stop(); err != nil {
		t.Error(err)
	}
	gateway := thanos(t, "store", objstore, "--data-dir="+t.TempDir(), "--sync-block-duration=1s", "--ignore-deletion-marks-delay=0s")
	archive := thanos(t, "query", "--endpoint="+gateway.Addr2)
	within := params("query", `count(count_over_time(demo_requests_total{cluster="demo"}[1h]))`,
		"time", seconds(time.UnixMilli(meta.MaxTime)))
	eventually(t, time.Minute, func(ctx context.Context) error {
		data, err := askErr(ctx, archive, "query", within)
		if err != nil {
			return err
		}
		result := data.(map[string]any)["result"].([]any)
		if len(result) != 1 || sampleValue(result[0]) != 9 {
			return fmt.Errorf("from the bucket: %v, want 9 series", result)
		}
		return nil
	})
	t.Logf("queried through the sidecar; uploaded %s, and read it back from the bucket", filepath.Base(filepath.Dir(uploaded)))
}

// thanos starts one component, whose gRPC address is Addr2.
func thanos(t *testing.T, component string, args ...string) *instance.Instance {
	t.Helper()
	program := binary(t, build.Thanos()) // takes minutes the first time, and is no part of the start
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	in, err := instance.Start(ctx, instance.Spec{
		Binary: program,
		Args: append([]string{
			component, "--http-address={addr}", "--grpc-address={addr2}", "--http-grace-period=1s", "--grpc-grace-period=1s",
		}, args...),
		Dir: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Kill()
		if t.Failed() {
			t.Logf("end of the log of thanos %s:\n%s", component, in.Tail(15))
		}
	})
	return in
}
