package sidecar

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestHandler(t *testing.T) {
	reg := prometheus.NewRegistry()
	run(t, func(o *Options) { o.Registerer = reg }, func(b *bench) {
		ready := false
		h := b.Handler(func() bool { return ready }, reg)
		if code, _ := get(t, h, "/readyz"); code != http.StatusServiceUnavailable {
			t.Errorf("/readyz before a generation: %d", code)
		}
		ready = true
		b.source.put(rules("a", 1))
		b.source.put(rules("b", 1))
		b.source.synced()
		b.pass(time.Second)
		b.source.put(broken("b"))
		b.pass(time.Second)
		for _, path := range []string{"/readyz", "/healthz", "/metrics", "/status"} {
			if code, body := get(t, h, path); code != http.StatusOK {
				t.Errorf("%s: %d %s", path, code, body)
			}
		}
		var st Status
		_, body := get(t, h, "/status")
		if err := json.Unmarshal([]byte(body), &st); err != nil {
			t.Fatal(err)
		}
		if len(st.DropIns) != 2 || st.DropIns[1].State != StateStale || st.DropIns[1].Problems[0].Code == "" || st.Digest != st.Confirmed {
			t.Errorf("got %s", body)
		}
		const want = `
# HELP kube_monitoring_stack_dropin_state Always 1: the state of a drop-in is in the label.
# TYPE kube_monitoring_stack_dropin_state gauge
kube_monitoring_stack_dropin_state{key="rules.yaml",kind="rules",name="a",namespace="team",state="active"} 1
kube_monitoring_stack_dropin_state{key="rules.yaml",kind="rules",name="b",namespace="team",state="stale"} 1
`
		if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "kube_monitoring_stack_dropin_state"); err != nil {
			t.Error(err)
		}
		if n, err := testutil.GatherAndCount(reg, "kube_monitoring_stack_dropin_problems"); n != 1 || err != nil {
			t.Errorf("%d series of problems, %v", n, err)
		}
		if lint, err := testutil.GatherAndLint(reg); len(lint) > 0 || err != nil {
			t.Errorf("%v %v", lint, err)
		}
	})
}

// Neither an API server nor a neighbour that is away is mended by a restart.
func TestHealth(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.pass(time.Hour)
		if err := b.health(time.Now()); err != nil {
			t.Errorf("an idle loop is not stuck: %v", err)
		}
		if err := b.health(time.Now().Add(2 * time.Minute)); err == nil || !strings.Contains(err.Error(), "stuck") {
			t.Errorf("got %v", err)
		}
	})
}

// A time without the reading of the clock that nobody can set would make a jump of
// the other clock look like a loop that is stuck, or hide one that is.
func TestHealthDoesNotReadTheClockThatJumps(t *testing.T) {
	var beat heartbeat
	now := time.Now()
	beat.tick(now)
	jumped := now.Add(10 * time.Second)
	// What == compares tells whether the reading is still there.
	if at := *beat.at.Load(); at == at.Round(0) {
		t.Error("the heartbeat lost the monotonic reading")
	}
	if got := beat.silent(jumped); got != 10*time.Second {
		t.Errorf("silent for %s", got)
	}
}

// silentSource is a watch that died without saying so.
type silentSource struct {
	*fakeSource
	heard time.Time
}

func (s silentSource) Status() SourceStatus {
	return SourceStatus{Name: "silent", Synced: true, LastSuccess: s.heard, LastAttempt: s.heard}
}

func TestHealthOfASilentSource(t *testing.T) {
	silent := silentSource{fakeSource: newFakeSource("silent")}
	run(t, func(o *Options) {
		silent.heard = time.Now()
		o.Sources = append(o.Sources, silent)
	}, func(b *bench) {
		b.pass(10 * time.Minute)
		if err := b.health(time.Now()); err != nil {
			t.Errorf("got %v", err)
		}
		b.pass(10 * time.Minute)
		if err := b.health(time.Now()); err == nil || !strings.Contains(err.Error(), "silent") {
			t.Errorf("got %v", err)
		}
	})
}

func TestStatusIsWrittenForTheNeighbour(t *testing.T) {
	var written []string
	run(t, func(o *Options) {
		o.WriteStatus = func(raw []byte) error { written = append(written, string(raw)); return nil }
	}, func(b *bench) {
		b.source.put(rules("a", 1))
		b.source.synced()
		b.pass(2 * time.Second)
		if n := len(written); n == 0 || !strings.Contains(written[n-1], `"state":"active"`) {
			t.Errorf("written: %v", written)
		}
		written = nil
		for i := range 100 {
			b.source.put(rules("a", i))
			b.pass(100 * time.Millisecond)
		}
		if n := len(written); n > 12 {
			t.Errorf("written %d times in ten seconds", n)
		}
	})
}
