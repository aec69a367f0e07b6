package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/prometheus/common/route"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/plan"
)

func (s *Server) healthRoutes(r *route.Router) {
	who := "Prometheus Server"
	if s.opts.Agent {
		who = "Prometheus Agent"
	}
	say := func(what string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			if r.Method != http.MethodHead {
				fmt.Fprintf(w, "%s is %s.\n", who, what)
			}
		}
	}
	r.Get("/-/healthy", say("Healthy"))
	r.Head("/-/healthy", say("Healthy"))
	r.Get("/-/ready", s.whenReady(say("Ready")))
	r.Head("/-/ready", s.whenReady(say("Ready")))
}

func (s *Server) lifecycleRoutes(r *route.Router) {
	// Whoever reaches the public port is a person or a tool of the operator's,
	// who expects log files to be opened anew.
	reload, quit := s.reloadHandler(true), s.quitHandler
	if !s.opts.Web.EnableLifecycle {
		refuse := func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "Lifecycle API is not enabled.", http.StatusForbidden)
		}
		reload, quit = refuse, refuse
	}
	wrongMethod := func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "Only POST or PUT requests allowed", http.StatusMethodNotAllowed)
	}
	for path, h := range map[string]http.HandlerFunc{"/-/reload": reload, "/-/quit": quit} {
		r.Post(path, h)
		r.Put(path, h)
		r.Get(path, wrongMethod)
	}
}

// door is what the reload socket serves.
func (s *Server) door() http.Handler {
	r := route.New()
	s.healthRoutes(r)
	r.Post("/-/reload", s.reloadHandler(false))
	r.Put("/-/reload", s.reloadHandler(false))
	return s.logPanics(r)
}

func (s *Server) quitHandler(w http.ResponseWriter, _ *http.Request) {
	said := "Termination already in progress."
	s.quitted.Do(func() {
		said = "Requesting termination... Goodbye!"
		close(s.quit)
	})
	fmt.Fprint(w, said)
}

// reloadAnswer is the body of an answer to /-/reload.
type reloadAnswer struct {
	Status  string              `json:"status"`
	Digest  string              `json:"digest"`
	Refused string              `json:"refused,omitempty"`
	Changed map[dropin.Kind]int `json:"changed,omitempty"`
	Took    string              `json:"took,omitempty"`
	// Base says why the configuration file was left out; the drop-ins are in force.
	Base  string       `json:"base,omitempty"`
	Error string       `json:"error,omitempty"`
	Items []itemAnswer `json:"items,omitempty"`
}

type itemAnswer struct {
	Ref   dropin.Ref `json:"ref"`
	Error string     `json:"error"`
}

// reloadHandler reloads and answers when the change is in force. With strict a
// broken configuration file is a failure of the request, as in Prometheus; the
// sidecar, who cannot help it, asks without.
func (s *Server) reloadHandler(strict bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		res, err := s.Reload(r.Context(), strict)
		a := reloadAnswer{Status: "success", Digest: res.Digest, Changed: res.Changed, Took: res.Took.String()}
		if res.Base != nil {
			a.Base = res.Base.Error()
			if strict && err == nil {
				err = res.Base
			}
		}
		code := http.StatusOK
		if err != nil {
			a.Status, a.Error = "error", err.Error()
			code = a.explain(err)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(a) // the client went away
	}
}

// explain fills in who is at fault and returns the status code: 422 if asking
// again with the same bytes is of no use.
func (a *reloadAnswer) explain(err error) int {
	var refused *plan.RefusedError
	var base *plan.BaseError
	switch {
	case errors.As(err, &refused):
		a.Refused = refused.Digest
		for _, it := range refused.Items {
			a.Items = append(a.Items, itemAnswer{Ref: it.Ref, Error: it.Err.Error()})
		}
		return http.StatusUnprocessableEntity
	case errors.As(err, &base):
		return http.StatusUnprocessableEntity
	case errors.Is(err, ErrNotReady), errors.Is(err, ErrStopping):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
