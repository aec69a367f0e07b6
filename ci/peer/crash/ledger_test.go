package crash

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/prompb"
)

const (
	// narrowSeries each get a sample with each narrow push.
	narrowSeries = 10
	// wideSeries are new with each wide push. Together with their padding, which
	// cannot be compressed, they make a record of more than a page of the log
	// (32 KiB), so that a kill can tear it.
	wideSeries  = 40
	widePadding = 512
)

// ledger is what a server was sent and what of it was acknowledged.
type ledger struct {
	mu     sync.Mutex // guards what follows
	pushes int
	// newest is the time of the last push in milliseconds; no two are the same.
	newest int64
	// narrow pushes by their time in milliseconds: number and whether acknowledged.
	narrow map[int64]push
	wide   map[string]push
}

type push struct {
	number int
	acked  bool
}

func newLedger() *ledger {
	return &ledger{narrow: map[int64]push{}, wide: map[string]push{}}
}

// acked counts the samples that were acknowledged.
func (l *ledger) acked() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.narrow {
		if p.acked {
			n += narrowSeries
		}
	}
	for _, p := range l.wide {
		if p.acked {
			n += wideSeries
		}
	}
	return n
}

// next returns number and time of a new push.
func (l *ledger) next() (p push, at int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pushes++
	l.newest = max(time.Now().UnixMilli(), l.newest+1)
	return push{number: l.pushes}, l.newest
}

// pushNarrow sends a sample for each of a few old series and notes the answer.
func (l *ledger) pushNarrow(ctx context.Context, url string) error {
	p, at := l.next()
	var series []prompb.TimeSeries
	for i := range narrowSeries {
		series = append(series, prompb.TimeSeries{
			Labels:  []prompb.Label{{Name: "__name__", Value: "crash_narrow"}, {Name: "i", Value: strconv.Itoa(i)}},
			Samples: []prompb.Sample{{Timestamp: at, Value: float64(p.number)}},
		})
	}
	err := remoteWrite(ctx, url, series)
	p.acked = err == nil
	l.mu.Lock()
	defer l.mu.Unlock()
	l.narrow[at] = p
	return err
}

// pushWide sends a sample for each of many new series and notes the answer.
func (l *ledger) pushWide(ctx context.Context, url string) error {
	p, at := l.next()
	name := strconv.Itoa(p.number)
	var series []prompb.TimeSeries
	for i := range wideSeries {
		pad := make([]byte, widePadding)
		_, _ = rand.Read(pad) // never fails
		series = append(series, prompb.TimeSeries{
			Labels: []prompb.Label{
				{Name: "__name__", Value: "crash_wide"},
				{Name: "i", Value: strconv.Itoa(i)}, {Name: "pad", Value: fmt.Sprintf("%x", pad)}, {Name: "push", Value: name},
			},
			Samples: []prompb.Sample{{Timestamp: at, Value: 1}},
		})
	}
	err := remoteWrite(ctx, url, series)
	p.acked = err == nil
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wide[name] = p
	return err
}

// errRefused is an answer other than 204.
type errRefused struct {
	status int
	body   string
}

func (e *errRefused) Error() string {
	return fmt.Sprintf("remote write answered %d %s", e.status, e.body)
}

// remoteWrite returns nil when the server has acknowledged all of series.
func remoteWrite(ctx context.Context, root string, series []prompb.TimeSeries) error {
	raw, err := (&prompb.WriteRequest{Timeseries: series}).Marshal()
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, root+"/api/v1/write", bytes.NewReader(snappy.Encode(nil, raw)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Content-Encoding", "snappy")
	req.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		var body bytes.Buffer
		_, _ = body.ReadFrom(resp.Body)
		return &errRefused{resp.StatusCode, body.String()}
	}
	return nil
}

// losses compares what the server has with the ledger: every acknowledged
// sample must be there with its value, and nothing that was never sent.
func (l *ledger) losses(ctx context.Context, r *rig) (lost int, err error) {
	var narrow struct {
		Result []struct{ Values [][2]any }
	}
	if err := r.api(ctx, "query", url.Values{"query": {"crash_narrow[1h]"}}, &narrow); err != nil {
		return 0, err
	}
	found := map[int64]map[int]int{} // by time and value: how many series
	for _, s := range narrow.Result {
		for _, v := range s.Values {
			at := int64(v[0].(float64)*1000 + .5)
			number, err := strconv.Atoi(v[1].(string))
			if err != nil {
				return 0, err
			}
			if found[at] == nil {
				found[at] = map[int]int{}
			}
			found[at][number]++
		}
	}
	var wide struct {
		Result []struct {
			Metric struct{ Push string }
			Value  [2]any
		}
	}
	if err := r.api(ctx, "query", url.Values{"query": {"count by (push) (last_over_time(crash_wide[1h]))"}}, &wide); err != nil {
		return 0, err
	}
	counts := map[string]int{}
	for _, s := range wide.Result {
		counts[s.Metric.Push], _ = strconv.Atoi(s.Value[1].(string))
	}

	l.mu.Lock()
	defer l.mu.Unlock()
	for at, p := range l.narrow {
		if p.acked {
			lost += narrowSeries - found[at][p.number]
		}
		delete(found[at], p.number)
		if len(found[at]) > 0 {
			return lost, fmt.Errorf("at %d the server has %v, which nobody sent", at, found[at])
		}
		delete(found, at)
	}
	for name, p := range l.wide {
		if p.acked {
			lost += wideSeries - counts[name]
		}
		delete(counts, name)
	}
	if len(found)+len(counts) > 0 {
		return lost, fmt.Errorf("the server has samples of %d times and %d pushes that nobody sent", len(found), len(counts))
	}
	return lost, nil
}

// mustHaveAll fails the test if anything acknowledged is lost.
func (l *ledger) mustHaveAll(r *rig) {
	r.t.Helper()
	lost, err := l.losses(r.t.Context(), r)
	if err != nil {
		r.t.Fatal(err)
	}
	if lost > 0 {
		r.t.Fatalf("%d of %d acknowledged samples are lost", lost, l.acked())
	}
}

// merge adds what o knows.
func (l *ledger) merge(o *ledger) {
	maps.Copy(l.narrow, o.narrow)
	maps.Copy(l.wide, o.wide)
}
