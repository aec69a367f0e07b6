package sidecar

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// pulseEvery is how often an idle loop shows that it is alive.
	pulseEvery = 5 * time.Second
	// loopSilence is how long the loop may be busy with one thing. Checking one
	// object takes milliseconds.
	loopSilence = time.Minute
	// sourceSilence is how long a source may neither hear anything nor fail. An
	// API server ends every watch after ten minutes at most, so a longer silence
	// is a watch that died without saying so.
	sourceSilence = 15 * time.Minute
)

// heartbeat is when the loop last went round. It keeps the time whole: a number of
// seconds would lose the reading of the clock that nobody can set, and after a jump
// of the other one a loop that works would be called stuck, or one that is stuck
// would not.
type heartbeat struct{ at atomic.Pointer[time.Time] }

func (h *heartbeat) tick(now time.Time) { h.at.Store(&now) }

// silent is for how long it has not gone round.
func (h *heartbeat) silent(now time.Time) time.Duration {
	at := h.at.Load()
	if at == nil { // it has not begun
		return 0
	}
	return now.Sub(*at)
}

// Handler serves /healthz, /readyz, /metrics and /status. ready says whether the
// neighbour finds drop-ins when it starts now.
func (s *Sidecar) Handler(ready func() bool, metrics prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answerProbe(w, s.health(time.Now()))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if ready() {
			answerProbe(w, nil)
			return
		}
		answerProbe(w, fmt.Errorf("no generation has been published yet"))
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /status", s.serveStatus)
	return mux
}

// health says why the sidecar should be restarted, nil if it should not. An API
// server or a neighbour that is away is no reason: a restart would not bring it
// back.
func (s *Sidecar) health(now time.Time) error {
	if silent := s.beat.silent(now); silent > loopSilence {
		return fmt.Errorf("the loop has been stuck for %s", silent.Round(time.Second))
	}
	for _, src := range s.sources() {
		if silent := now.Sub(src.LastAttempt); !src.LastAttempt.IsZero() && silent > sourceSilence {
			return fmt.Errorf("source %s has been silent for %s", src.Name, silent.Round(time.Second))
		}
	}
	return nil
}

func answerProbe(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, err)
		return
	}
	fmt.Fprintln(w, "ok")
}

func (s *Sidecar) serveStatus(w http.ResponseWriter, _ *http.Request) {
	// A copy with fresh sources: the loop publishes a status when a drop-in
	// changes, and a source can lose its server without that.
	st := *s.Status()
	st.Sources = s.sources()
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	// The client going away is the only way to fail and needs no telling.
	_ = enc.Encode(st)
}
