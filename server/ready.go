package server

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

// readiness is where the server is between start and stop. It only goes forward.
type readiness struct{ atomic.Uint32 }

const (
	starting uint32 = iota
	serving
	stopping
)

func (s *Server) setState(to uint32) {
	for from := s.state.Load(); from < to; from = s.state.Load() {
		if s.state.CompareAndSwap(from, to) {
			break
		}
	}
	ready := 0.
	if s.state.Load() == serving {
		ready = 1
	}
	s.metrics.ready.Set(ready)
}

// whenReady answers 503 for h unless the server is ready. The header tells
// clients that a server which is stopping is not worth waiting for.
func (s *Server) whenReady(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		state := s.state.Load()
		if state == serving {
			h(w, r)
			return
		}
		w.Header().Set("X-Prometheus-Stopping", fmt.Sprint(state == stopping))
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, "Service Unavailable")
	}
}
