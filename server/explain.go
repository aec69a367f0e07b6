package server

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/util/httputil"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/explain"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/series"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/targets"
)

// explain answers /api/v1/explain?target=…[&job=…][&verbose=true][&all=true].
func (s *Server) explain(w http.ResponseWriter, r *http.Request) {
	httputil.SetCORS(w, s.opts.Web.CORSOrigin, r)
	o, err := explain.Parse(r.FormValue("target"))
	if err != nil {
		refuse(w, err)
		return
	}
	opts := explain.Options{Job: r.FormValue("job")}
	for name, to := range map[string]*bool{"verbose": &opts.Verbose, "all": &opts.All} {
		v := r.FormValue(name)
		if v == "" {
			continue
		}
		if *to, err = strconv.ParseBool(v); err != nil {
			refuse(w, err)
			return
		}
	}
	view, err := s.discovery.router.View(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	answer(w, explain.Explain(o, s.explainable(view), view, opts))
}

// explainable joins what the router, the scrape manager, the plan and the
// guards know of each job.
func (s *Server) explainable(v *targets.View) []explain.Job {
	p := s.running.Load()
	active := s.discovery.scrape.TargetsActive()
	costs := map[string]series.Cost{}
	if s.guards != nil {
		for _, c := range s.guards.series.Costs() {
			costs[c.Owner] = c
		}
	}
	found := map[*[]*targetgroup.Group]*explain.Found{}
	jobs := make([]explain.Job, 0, len(v.Jobs))
	for name, of := range v.Jobs {
		j := explain.Job{Config: of.Config, Groups: of.Groups, Active: active[name]}
		owner := name
		if ref, ok := p.Owners[name]; ok {
			j.Owner, owner = &ref, ref.String()
		}
		j.Refused, j.Budget = costs[owner].Refused, costs[owner].Budget
		for _, w := range of.Watches {
			if found[w.Found] == nil {
				found[w.Found] = &explain.Found{Groups: *w.Found}
			}
			j.Watches = append(j.Watches, explain.Watch{Namespaces: w.Namespaces, Found: found[w.Found], Admits: w.Admits})
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// refuse answers as Prometheus' API does to what cannot be understood.
func refuse(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{ // the client went away
		"status": "error", "errorType": "bad_data", "error": err.Error(),
	})
}
