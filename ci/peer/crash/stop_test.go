package crash

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// withLog is a server that was killed with enough in its log, some 20 MB of new
// series, for its replay to be met.
func withLog(t *testing.T) (*rig, *ledger) {
	t.Helper()
	r, l := newRig(t), newLedger()
	r.start()
	l.pushSome(r, 400)
	r.Kill()
	return r, l
}

// awaitReplay waits until the process replays its log.
func (r *rig) awaitReplay() {
	r.t.Helper()
	r.await(func(context.Context) error {
		if r.logged("Replaying WAL, this may take a while") {
			return nil
		}
		return errors.New("no replay yet")
	})
}

// bootStatus is what the API tells of a start.
type bootStatus struct {
	Replaying                    bool
	Concurrency, FullConcurrency int
	Reason                       string
	Died                         []any
}

func (r *rig) boot() bootStatus {
	r.t.Helper()
	var guards struct{ Boot bootStatus }
	if err := r.api(r.t.Context(), "status/guards", nil, &guards); err != nil {
		r.t.Fatal(err)
	}
	return guards.Boot
}

// TestKilledInReplay kills starts in the middle of their replay. Each next one
// replays with less parallelism and less garbage, and says why; the one after a
// start that was through is as usual.
func TestKilledInReplay(t *testing.T) {
	t.Parallel()
	r, l := withLog(t)
	deaths := 0
	for tries := 0; deaths < 3 && tries < 10; tries++ {
		r.launch()
		r.awaitReplay()
		r.Kill()
		if !r.logged("WAL replay completed") {
			deaths++
			continue
		}
		// Whether the start was through then is not known, so there is one that was.
		r.start()
		r.Kill()
		deaths = 0
	}
	if deaths == 0 {
		t.Skip("SKIPPED: each replay was over before it could be killed")
	}
	r.start()
	got := r.boot()
	if len(got.Died) != deaths || got.Reason == "" || got.FullConcurrency > 1 && got.Concurrency >= got.FullConcurrency {
		t.Errorf("after %d deaths the API says %+v", deaths, got)
	}
	r.mustSay("level=WARN", "An earlier start died during WAL replay", fmt.Sprintf("died=%d", deaths), "gogc=")
	if n := r.metric("kube_monitoring_stack_server_guard_boot_died_starts"); int(n) != deaths {
		t.Errorf("the metric says %v", n)
	}
	l.mustHaveAll(r)
	r.Kill()
	r.start()
	if again := r.boot(); len(again.Died) != 0 || again.Concurrency != again.FullConcurrency {
		t.Errorf("after a start that was through the API says %+v", again)
	}
	l.mustHaveAll(r)
	r.stop()
	t.Logf("%d starts killed in replay; the next replays with %d of %d CPUs: %s", deaths, got.Concurrency, got.FullConcurrency, got.Reason)
}

// TestStoppedInReplay asks a server to stop in the middle of its replay. It ends
// in order when the replay is through, and the next start is as usual.
func TestStoppedInReplay(t *testing.T) {
	t.Parallel()
	r, l := withLog(t)
	r.launch()
	r.awaitReplay()
	during := !r.logged("Server is ready")
	began := time.Now()
	r.stop()
	took := time.Since(began)
	if r.logged("level=ERROR") {
		t.Errorf("stopped with an error:\n%s", r.Tail(10))
	}
	r.start()
	if got := r.boot(); len(got.Died) != 0 || r.logged("attempting repair") {
		t.Errorf("the next start says %+v\n%s", got, r.Tail(20))
	}
	l.mustHaveAll(r)
	r.stop()
	t.Logf("stopped in replay (%t) in %v, in order; all of %d acknowledged samples are there", during, took.Round(time.Millisecond), l.acked())
}

// TestStoppedInCompaction asks a server to stop while it writes a block. It ends
// in order and leaves nothing half done that the next start would not clear, as
// it clears what a server left that was killed in the middle of it.
func TestStoppedInCompaction(t *testing.T) {
	t.Parallel()
	r, l := newRig(t, smallBlocks...), newLedger()
	stops, met, cleared := 5, 0, 0
	next := func(left []string) {
		r.start()
		l.mustHaveAll(r)
		// Others may be there: a server with such blocks soon makes one by itself.
		now := unfinished(r)
		for _, name := range left {
			if slices.Contains(now, name) {
				t.Errorf("the start left %s of the server before it", name)
			}
		}
		cleared += len(left)
	}
	// What a server that is killed then would leave.
	left := []string{"01ARZ3NDEKTSV4RRFFQ69G5FAV.tmp-for-creation", "01ARZ3NDEKTSV4RRFFQ69G5FAW.tmp-for-deletion"}
	for _, name := range left {
		if err := os.MkdirAll(filepath.Join(r.data, name, "chunks"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for range stops {
		next(left)
		// A block in the making is a directory of its own.
		r.await(func(ctx context.Context) error {
			if err := errors.Join(l.pushNarrow(ctx, r.URL), l.pushWide(ctx, r.URL)); err != nil {
				return instance.Permanent(err)
			}
			if len(unfinished(r)) == 0 && !r.logged("write block completed") {
				return errors.New("no compaction yet")
			}
			return nil
		})
		if len(unfinished(r)) > 0 {
			met++
		}
		r.stop()
		left = unfinished(r)
		for _, line := range r.Lines() {
			// A compaction that is told to end says so.
			if strings.Contains(line, "level=ERROR") && !strings.Contains(line, "context canceled") {
				t.Errorf("logged %s", line)
			}
		}
	}
	next(left)
	r.stop()
	t.Logf("%d stops, %d of them met a block in the making; %d left directories were cleared; all of %d acknowledged samples are there",
		stops, met, cleared, l.acked())
}

func unfinished(r *rig) []string {
	entries, err := os.ReadDir(r.data)
	if err != nil {
		r.t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		if strings.HasPrefix(filepath.Ext(e.Name()), ".tmp-for-") {
			found = append(found, e.Name())
		}
	}
	return found
}
