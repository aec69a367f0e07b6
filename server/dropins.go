package server

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/prometheus/common/route"
	"github.com/prometheus/prometheus/util/httputil"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/plan"
)

// statusName is the file in the live directory in which the sidecar says what
// it knows and we do not: which drop-ins it refused, and why.
const statusName = "status.json"

// ownAPI adds what Prometheus' API does not have.
func (s *Server) ownAPI(r *route.Router) {
	r.Get("/status/dropins", s.whenReady(httputil.CompressionHandler{Handler: http.HandlerFunc(s.dropIns)}.ServeHTTP))
	r.Get("/explain", s.whenReady(httputil.CompressionHandler{Handler: http.HandlerFunc(s.explain)}.ServeHTTP))
	r.Get("/status/guards", s.guardStatus) // also during replay, which it tells about
}

// dropInsAnswer is the data of /api/v1/status/dropins.
type dropInsAnswer struct {
	// Digest names the generation in force; empty when there is none.
	Digest string `json:"digest"`
	// Fallback is absent if that is the current generation.
	Fallback *fallback `json:"fallback,omitempty"`
	// Items are the drop-ins in force.
	Items []*dropin.ManifestItem `json:"items"`
	// Costs are what each drop-in costs the server, the most expensive first.
	Costs []cost `json:"costs"`
	// Sidecar is the sidecar's own report as it wrote it, absent without one.
	Sidecar json.RawMessage `json:"sidecar,omitempty"`
}

// fallback says that the server could not start with the current generation.
type fallback struct {
	// Running describes what it runs instead.
	Running string `json:"running"`
	Reason  string `json:"reason"`
}

// runs notes which plan is in force, and whether it is the one that should be.
func (s *Server) runs(p *plan.Plan, f *fallback) {
	s.fellBack.Store(f)
	s.metrics.runs(p.Digest(), f != nil)
}

func (s *Server) dropIns(w http.ResponseWriter, r *http.Request) {
	httputil.SetCORS(w, s.opts.Web.CORSOrigin, r)
	p := s.running.Load()
	a := dropInsAnswer{Digest: p.Digest(), Fallback: s.fellBack.Load(), Items: p.Generation.Items(), Costs: s.costs(p)}
	if a.Items == nil {
		a.Items = []*dropin.ManifestItem{}
	}
	if s.opts.DropIns.Dir != "" {
		raw, err := os.ReadFile(filepath.Join(s.opts.DropIns.Dir, statusName))
		switch {
		case err == nil && json.Valid(raw):
			a.Sidecar = raw
		case err == nil || !errors.Is(err, fs.ErrNotExist):
			s.logger.Warn("cannot use the sidecar's status", "file", statusName, "err", err)
		}
	}
	answer(w, a)
}

// answer writes data in the API's envelope.
func answer(w http.ResponseWriter, data any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(struct { // the client went away
		Status string `json:"status"`
		Data   any    `json:"data"`
	}{"success", data})
}
