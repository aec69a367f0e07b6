package crash

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"
)

// TestReadyFollowsReplay starts a server on a long log. Until it is replayed the
// server says that it is not ready, how far it is, and that it cannot answer
// queries; with the first word that it is ready all data are there.
func TestReadyFollowsReplay(t *testing.T) {
	t.Parallel()
	r, l := withLog(t)
	r.launch()
	r.awaitReplay()
	met := 0
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		ready, _, err := r.call(t.Context(), "/-/ready", nil)
		if err != nil {
			t.Fatal(err)
		}
		if ready == http.StatusOK {
			break
		}
		// Progress is asked for after, so that it is of a replay that was not over.
		var progress struct{ Min, Max, Current int }
		if err := r.api(t.Context(), "status/walreplay", nil, &progress); err != nil {
			t.Error(err)
		}
		if ready != http.StatusServiceUnavailable || progress.Current > progress.Max {
			t.Errorf("during replay /-/ready answers %d, the progress is %+v", ready, progress)
		}
		met++
	}
	l.mustHaveAll(r)
	r.stop()
	t.Logf("asked %d times during replay; ready with all of %d acknowledged samples", met, l.acked())
}

// TestSnapshotOnStop: a server that is stopped writes its memory down without
// being told to, and the next start reads that instead of the log.
func TestSnapshotOnStop(t *testing.T) {
	t.Parallel()
	r, l := withLog(t)
	r.start()
	replayed := r.metric("prometheus_tsdb_data_replay_duration_seconds")
	r.stop()
	if found, err := filepath.Glob(filepath.Join(r.data, "chunk_snapshot.*")); err != nil || len(found) != 1 {
		t.Fatalf("snapshots: %v, %v", found, err)
	}
	r.start()
	r.mustSay("Chunk snapshot loading time")
	if r.logged("Loading on-disk chunks failed") || r.logged("level=ERROR") {
		t.Errorf("the snapshot was of no use:\n%s", r.Tail(20))
	}
	l.mustHaveAll(r)
	t.Logf("start after a kill: %.3f s of replay; after a stop: %.3f s", replayed, r.metric("prometheus_tsdb_data_replay_duration_seconds"))
	r.stop()
}
