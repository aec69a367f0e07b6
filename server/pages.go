package server

import (
	"net/http"
	"strings"

	"github.com/prometheus/prometheus/util/httputil"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/generation"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/ui"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/ui/dashboards"
)

// newPages are the web pages, which know of the server what no API tells.
func (s *Server) newPages() (http.Handler, error) {
	o := ui.Options{Title: s.opts.Web.PageTitle, Agent: s.opts.Agent}
	if u := s.opts.Web.AlertmanagerURL; u != nil {
		o.AlertmanagerURL = u.String()
	}
	return ui.Handler(strings.TrimSuffix(s.routePrefix(), "/"), o)
}

// dashboardRoutes serves the dashboards among the drop-ins in force. They are
// counted as one route: a UID must not become a label's value.
func (s *Server) dashboardRoutes(mux *http.ServeMux) {
	published := dashboards.Handler(func() dashboards.Source {
		if p := s.running.Load(); p != nil && p.Generation != nil {
			return publishedDashboards{p.Generation}
		}
		return nil
	}, s.logger)
	h := s.instrument("")(dashboards.Path, s.whenReady(httputil.CompressionHandler{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			httputil.SetCORS(w, s.opts.Web.CORSOrigin, r)
			published.ServeHTTP(w, r)
		}),
	}.ServeHTTP))
	path := strings.TrimSuffix(s.routePrefix(), "/") + dashboards.Path
	mux.HandleFunc("GET "+path, h)
	mux.HandleFunc("GET "+path+"/", h)
}

// publishedDashboards are the dashboards of a generation.
type publishedDashboards struct{ *generation.Generation }

// Items implements dashboards.Source.
func (d publishedDashboards) Items() (items []dropin.ManifestItem) {
	for _, it := range d.Generation.Items() {
		if it.Kind == dropin.KindDashboard {
			items = append(items, *it)
		}
	}
	return items
}

// Read implements dashboards.Source.
func (d publishedDashboards) Read(it dropin.ManifestItem) ([]byte, error) {
	return d.Generation.Read(&it)
}
