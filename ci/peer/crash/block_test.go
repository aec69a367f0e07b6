package crash

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// TestDamagedBlock destroys the index of a block while the server is down.
// Prometheus does not start with it. The server sets the block aside, says so
// in its log, by a metric and in its API, and shows all other samples.
func TestDamagedBlock(t *testing.T) {
	t.Parallel()
	r, l := newRig(t, smallBlocks...), newLedger()
	r.start()
	complete := func() []string {
		blocks, err := filepath.Glob(filepath.Join(r.data, "01*", "meta.json"))
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(blocks, func(meta string) bool { return strings.Contains(meta, ".tmp-for-") })
	}
	r.await(func(ctx context.Context) error {
		if err := errors.Join(l.pushNarrow(ctx, r.URL), l.pushWide(ctx, r.URL)); err != nil {
			return instance.Permanent(err)
		}
		if len(complete()) < 2 {
			return errors.New("no second block yet")
		}
		return nil
	})
	r.stop()
	// Until it stopped it may have made one of several.
	name := filepath.Base(filepath.Dir(complete()[0]))
	index := filepath.Join(r.data, name, "index")
	if err := os.Truncate(index, 1000); err != nil {
		t.Fatal(err)
	}

	upstream, err := build.Ensure(t.Context(), build.Prometheus())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	peer, err := instance.Start(ctx, instance.Spec{Binary: upstream, Dir: t.TempDir(), Args: []string{
		"--config.file=" + filepath.Join(r.dir, "prometheus.yml"), "--storage.tsdb.path=" + r.data, "--web.listen-address={addr}",
	}})
	if err == nil {
		peer.Kill()
		t.Error("Prometheus starts with a damaged block, so the comparison above is not true any more")
	} else if !strings.Contains(err.Error(), name) {
		t.Errorf("Prometheus failed for another reason: %v", err)
	}

	for range 2 { // the second start remembers
		r.start()
		r.mustSay("level=ERROR", "quarantine", name)
		if n := r.metric("kube_monitoring_stack_server_quarantined_blocks"); n != 1 {
			t.Errorf("the metric says %v", n)
		}
		var guards struct {
			Quarantine []struct {
				Block, Reason    string
				MinTime, MaxTime int64
			}
		}
		if err := r.api(t.Context(), "status/guards", nil, &guards); err != nil {
			t.Fatal(err)
		}
		q := guards.Quarantine
		if len(q) != 1 || q[0].Block != name || q[0].Reason == "" {
			t.Fatalf("the API says %+v", q)
		}
		// Everything outside of the block's time is there.
		outside := newLedger()
		outside.pushes = l.pushes
		for at, p := range l.narrow {
			inside := at >= q[0].MinTime && at < q[0].MaxTime
			outside.narrow[at] = push{p.number, p.acked && !inside}
		}
		outside.wide = map[string]push{}
		for name, p := range l.wide {
			p.acked = false // their times are not noted
			outside.wide[name] = p
		}
		outside.mustHaveAll(r)
		t.Logf("Prometheus does not start; the server does without block %s: %d of %d narrow samples outside of it are there",
			name, outside.acked(), len(l.narrow)*narrowSeries)
		if outside.acked() == 0 {
			t.Error("nothing was compared")
		}
		r.stop()
	}
}
