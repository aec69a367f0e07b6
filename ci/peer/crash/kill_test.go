package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/prometheus/prompb"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/exporter"
)

// kills is how often TestKill kills.
const kills = 100

// seed of what is random. CRASH_SEED repeats a run's.
func seed(t *testing.T) *rand.Rand {
	n := uint64(time.Now().UnixNano())
	if s := os.Getenv("CRASH_SEED"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("CRASH_SEED=%d", n)
	return rand.New(rand.NewPCG(n, 0))
}

// smallBlocks make the server compact, write checkpoints and delete segments
// all the time, so that kills meet that as well.
var smallBlocks = []string{
	"--storage.tsdb.min-block-duration=4s", "--storage.tsdb.max-block-duration=12s", "--storage.tsdb.block-reload-interval=1s",
}

// TestKill kills a server a hundred times with SIGKILL, at random moments of
// its start and of its work: scrapes, remote writes, rules, reloads, compactions.
// After each kill the directory opens, every acknowledged sample is there, the
// drop-ins in force are the confirmed ones or those that were being published,
// and the alert that has been pending since the first round still is.
func TestKill(t *testing.T) {
	random := seed(t)
	demo := exporter.New()
	target := httptest.NewServer(demo)
	t.Cleanup(target.Close)
	r := newRig(t, smallBlocks...)
	run := &killing{rig: r, ledger: newLedger(), publisher: newPublisher(r, strings.TrimPrefix(target.URL, "http://")), began: time.Now()}
	run.seedAlert()
	for range kills {
		if random.IntN(5) == 0 {
			run.during(time.Duration(random.IntN(200)) * time.Millisecond)
			continue
		}
		run.start()
		run.check()
		run.work(time.Duration(random.IntN(400)) * time.Millisecond)
	}
	run.start()
	run.check()
	run.mustHaveAll(r)
	run.scrapes(demo.Scrapes())
	t.Logf("%d kills in %v, %d of them before the server was ready: all of %d acknowledged samples are there; "+
		"%d reloads; %d starts met a record that a kill tore, and repaired it; %d blocks; the alert has been pending for %v",
		kills, time.Since(run.began).Round(time.Second), run.early, run.acked(),
		run.publisher.reloads, run.repairs, int(r.metric("prometheus_tsdb_blocks_loaded")), run.served.Round(time.Second))
	r.stop()
}

// killing is the state of TestKill between two kills.
type killing struct {
	*rig
	*ledger
	publisher *publisher
	began     time.Time
	early     int
	repairs   int
	// served is the longest that the alert was seen pending.
	served time.Duration
}

// pendingSince is how long the alert had been pending before the test.
const pendingSince = 30 * time.Minute

// seedAlert leaves what a server leaves whose alert has been pending for half
// an hour, and publishes the alert.
func (k *killing) seedAlert() {
	k.start()
	now := time.Now()
	err := remoteWrite(k.t.Context(), k.URL, []prompb.TimeSeries{{
		Labels:  []prompb.Label{{Name: "__name__", Value: "ALERTS_FOR_STATE"}, {Name: "alertname", Value: "Pending"}},
		Samples: []prompb.Sample{{Timestamp: now.UnixMilli(), Value: float64(now.Add(-pendingSince).Unix())}},
	}})
	if err == nil {
		err = k.publisher.publish()
	}
	if err != nil {
		k.t.Fatal(err)
	}
	k.Kill()
	k.served = pendingSince
}

// during kills the server that long after its launch, whatever it does then.
func (k *killing) during(d time.Duration) {
	k.launch()
	time.Sleep(d) // the moment is the test's input
	select {
	case <-k.Done():
		k.t.Fatalf("the server ended by itself:\n%s", k.Tail(10))
	default:
	}
	k.Kill()
	if !k.logged("Server is ready") {
		k.early++
	}
}

// work loads the server and kills it that long after.
func (k *killing) work(d time.Duration) {
	ctx, cancel := context.WithCancel(k.t.Context())
	var load sync.WaitGroup
	each := func(pause time.Duration, f func() error) {
		load.Go(func() {
			for ctx.Err() == nil {
				err := f()
				// What a dying server answers is no complaint; what a living one does is.
				if refused := (*errRefused)(nil); errors.As(err, &refused) {
					k.t.Errorf("a server that is ready refuses: %v", err)
				}
				if err != nil {
					return
				}
				select {
				case <-ctx.Done():
				case <-time.After(pause):
				}
			}
		})
	}
	each(time.Millisecond, func() error { return k.pushNarrow(k.t.Context(), k.URL) })
	each(20*time.Millisecond, func() error { return k.pushWide(k.t.Context(), k.URL) })
	each(10*time.Millisecond, func() error {
		err := k.publisher.publish()
		if err == nil {
			err = k.publisher.reload(k.t.Context())
		}
		if err != nil && !errors.Is(err, errUnanswered) {
			k.t.Error(err)
		}
		return err
	})
	select {
	case <-k.Done():
		k.t.Errorf("the server ended by itself:\n%s", k.Tail(10))
	case <-time.After(d): // the moment is the test's input
	}
	k.Kill()
	cancel()
	load.Wait()
	if k.t.Failed() {
		k.t.FailNow()
	}
}

// check looks at a server that has just become ready.
func (k *killing) check() {
	k.t.Helper()
	if k.logged("attempting repair") {
		k.repairs++
	}
	k.mustHaveAll(k.rig)
	var drops struct {
		Digest string
		Items  []any
	}
	if err := k.api(k.t.Context(), "status/dropins", nil, &drops); err != nil {
		k.t.Fatal(err)
	}
	if p := k.publisher; len(drops.Items) != 3 || drops.Digest != p.confirmed && drops.Digest != p.trying {
		k.t.Fatalf("runs %q with %d drop-ins; confirmed was %q, tried %q", drops.Digest, len(drops.Items), p.confirmed, p.trying)
	}
	k.await(k.pending)
}

// pending returns an error unless the alert is pending for as long as ever. The
// time in which the server was down does not count, and neither does what it had
// not yet written down of the last life: it does so with each evaluation.
func (k *killing) pending(ctx context.Context) error {
	var data struct {
		Alerts []struct {
			State    string
			ActiveAt time.Time
		}
	}
	if err := k.api(ctx, "alerts", nil, &data); err != nil {
		return err
	}
	if len(data.Alerts) != 1 || data.Alerts[0].State != "pending" {
		return fmt.Errorf("alerts: %+v", data.Alerts)
	}
	served := time.Since(data.Alerts[0].ActiveAt)
	if served < k.served-2*time.Second {
		return fmt.Errorf("the alert has been pending for %v, and was for %v before", served, k.served)
	}
	k.served = max(k.served, served)
	return nil
}

// scrapes compares what was stored with what the target served. Each kill may
// cost the scrape that was under way, and a busy machine makes some time out.
func (k *killing) scrapes(served int) {
	k.t.Helper()
	stored, failed := 0, 0
	var data struct {
		Result []struct {
			Metric map[string]string
			Values [][2]any
		}
	}
	q := url.Values{"query": {`{__name__=~"demo_level|up",job="demo"}[1h]`}}
	if err := k.api(k.t.Context(), "query", q, &data); err != nil {
		k.t.Fatal(err)
	}
	for _, s := range data.Result {
		for _, v := range s.Values {
			switch {
			case s.Metric["__name__"] == "demo_level":
				stored++
			case v[1] == "0":
				failed++
			}
		}
	}
	k.t.Logf("of %d scrapes served %d are stored, %d timed out", served, stored, failed)
	if stored == 0 || stored < served-failed-kills-1 {
		k.t.Errorf("of %d scrapes served %d are stored, %d timed out", served, stored, failed)
	}
}
