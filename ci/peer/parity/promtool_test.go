package parity

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
)

// promtool runs upstream's tool and returns what it says; failing is an error
// only if ok is expected.
func promtool(t *testing.T, ok bool, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, binary(t, build.Promtool()), args...).CombinedOutput()
	if ok != (err == nil) {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestPromtool uses promtool with our server and with the directory it leaves.
func TestPromtool(t *testing.T) {
	t.Parallel()
	_, addr := target(t)
	data, dir := t.TempDir(), t.TempDir()
	in := start(t, ours(), server{
		data: data, dir: dir, config: demoJob(addr),
		args: append(smallBlocks(), "--web.enable-remote-write-receiver"),
	})
	ingest(t, in)

	holds := func(out string, all ...string) {
		t.Helper()
		for _, want := range all {
			if !strings.Contains(out, want) {
				t.Errorf("%q is missing in:\n%.1500s", want, out)
			}
		}
	}
	holds(promtool(t, true, "check", "ready", "--url="+in.URL), "SUCCESS")
	holds(promtool(t, true, "check", "healthy", "--url="+in.URL), "SUCCESS")
	holds(promtool(t, true, "query", "instant", in.URL, "demo_level"), `demo_level{instance="`+addr+`", job="demo"}`)
	holds(promtool(t, true, "query", "range", "--start="+seconds(time.Now().Add(-time.Minute)), in.URL, "demo_level"), "demo_level")
	holds(promtool(t, true, "query", "series", "--match=demo_requests_total", in.URL), `code="404"`)
	holds(promtool(t, true, "query", "labels", in.URL, "code"), "200", "404", "500")
	holds(promtool(t, true, "query", "analyze", "--server="+in.URL, "--type=histogram", "--match=demo_native_seconds"), "bucket")

	text := filepath.Join(dir, "pushed.txt")
	write(t, text, "pushed_total{by=\"promtool\"} 5\n")
	promtool(t, true, "push", "metrics", in.URL, text)
	awaitResult(t, in, `pushed_total{by="promtool"} == 5`)

	archive := filepath.Join(dir, "debug.tar.gz")
	cmd := exec.CommandContext(t.Context(), binary(t, build.Promtool()), "debug", "metrics", in.URL)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool debug metrics: %v\n%s", err, out)
	} else if _, err := os.Stat(archive); err != nil {
		t.Error(err)
	}

	holds(promtool(t, true, "check", "config", filepath.Join(dir, "prometheus.yml")), "SUCCESS")
	running := ask(t, in, "status/config", nil).(map[string]any)["yaml"].(string)
	write(t, filepath.Join(dir, "running.yml"), running)
	holds(promtool(t, true, "check", "config", filepath.Join(dir, "running.yml")), "SUCCESS")

	stop(t, in)
	list := promtool(t, true, "tsdb", "list", data)
	holds(list, "BLOCK ULID", "01")
	holds(promtool(t, true, "tsdb", "analyze", data), "Total Series", "Label pairs most involved in churning", "demo_classic_seconds_bucket")
	holds(promtool(t, true, "tsdb", "dump", "--match=demo_level", data), `__name__="demo_level"`)
	holds(promtool(t, true, "tsdb", "dump-openmetrics", "--match=demo_level", data), "demo_level{", "# EOF")

	openmetrics := filepath.Join(dir, "old.om")
	write(t, openmetrics, "# TYPE backfilled gauge\nbackfilled 7 "+seconds(time.Now().Add(-3*time.Hour))+"\n# EOF\n")
	promtool(t, true, "tsdb", "create-blocks-from", "openmetrics", openmetrics, data)
	again := start(t, ours(), server{data: data})
	eventually(t, 20*time.Second, func(ctx context.Context) error {
		n, err := results(ctx, again, "last_over_time(backfilled[4h]) == 7")
		if err == nil && n != 1 {
			err = errors.New("the backfilled block is not shown")
		}
		return err
	})
	stop(t, again)
}
