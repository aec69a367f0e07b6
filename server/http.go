package server

import (
	"net/http"
	"net/http/pprof"
	"runtime"
	"strings"

	"github.com/felixge/fgprof"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/route"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/util/httputil"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/internal/promapi"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/ui"
)

// routes are all paths but the API's, under the route prefix.
func (s *Server) routes() *route.Router {
	prefix := s.routePrefix()
	r := route.New().WithInstrumentation(s.instrument("")).WithInstrumentation(withPath(""))
	if prefix != "/" {
		r.Get("/", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, prefix, http.StatusFound)
		})
		r = r.WithPrefix(prefix)
	}

	for _, page := range ui.Routes() {
		r.Get(page, s.pages.ServeHTTP)
		r.Head(page, s.pages.ServeHTTP)
	}
	if dir := s.opts.Web.UserAssets; dir != "" {
		r.Get("/user/*filepath", route.FileServe(dir))
	}
	r.Get("/version", s.version)
	r.Get("/metrics", promhttp.InstrumentMetricHandler(s.opts.Registerer,
		promhttp.HandlerFor(s.opts.Gatherer, promhttp.HandlerOpts{})).ServeHTTP)
	r.Get("/federate", s.whenReady(s.guards.requests(httputil.CompressionHandler{Handler: s.federation()}).ServeHTTP))
	s.healthRoutes(r)
	s.lifecycleRoutes(r)
	r.Get("/debug/*subpath", serveDebug)
	r.Post("/debug/*subpath", serveDebug)
	return r
}

const openAPIPath = "/openapi.yaml"

// handler is everything the public listeners serve.
func (s *Server) handler() http.Handler {
	api := "/api/v1"
	if p := s.routePrefix(); p != "/" {
		api = p + api
	}
	v1 := route.New().WithInstrumentation(s.instrument("/api/v1")).WithInstrumentation(withPath(api))
	opts := s.apiOptions()
	promapi.New(opts).Register(v1)
	s.ownAPI(v1)

	mux := http.NewServeMux()
	mux.Handle("/", s.router)
	mux.Handle(api+"/", compressed(s.guards.requests(http.StripPrefix(api, v1))))
	mux.Handle("GET "+api+openAPIPath, s.instrument("/api/v1")(openAPIPath, promapi.OpenAPI(opts)))
	s.dashboardRoutes(mux)
	return s.logPanics(mux)
}

// routePrefix is where our routes begin, "/" or "/prefix". It defaults to the
// external URL's path, for a proxy in front that does not strip it.
func (s *Server) routePrefix() string {
	prefix := s.opts.Web.RoutePrefix
	if prefix == "" {
		prefix = s.opts.Web.ExternalURL.Path
	}
	return "/" + strings.Trim(prefix, "/")
}

func (s *Server) federation() http.Handler {
	f := &promapi.Federation{
		Queryable:      s.guards.newest(s.data.local),
		Parser:         s.parser,
		Lookback:       s.opts.Query.LookbackDelta,
		Logger:         s.logger.With("component", "web"),
		ExternalLabels: func() labels.Labels { return s.config().GlobalConfig.ExternalLabels },
	}
	f.Register(s.opts.Registerer)
	return f
}

// instrument counts and measures requests by route, not by path.
func (s *Server) instrument(prefix string) func(string, http.HandlerFunc) http.HandlerFunc {
	m := s.metrics
	return func(handler string, next http.HandlerFunc) http.HandlerFunc {
		l := prometheus.Labels{"handler": prefix + handler}
		m.requests.WithLabelValues(prefix+handler, "200")
		return promhttp.InstrumentHandlerCounter(m.requests.MustCurryWith(l),
			promhttp.InstrumentHandlerDuration(m.requestTime.MustCurryWith(l),
				promhttp.InstrumentHandlerResponseSize(m.responseSize.MustCurryWith(l), next)))
	}
}

// withPath notes the full path for the query log.
func withPath(prefix string) func(string, http.HandlerFunc) http.HandlerFunc {
	return func(_ string, next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			next(w, r.WithContext(httputil.ContextWithPath(r.Context(), prefix+r.URL.Path)))
		}
	}
}

// logPanics logs a handler's panic with its stack and lets net/http abort the
// connection, as it would have anyway.
func (s *Server) logPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			stack := make([]byte, 64<<10)
			stack = stack[:runtime.Stack(stack, false)]
			s.logger.Error("panic while serving request", "client", r.RemoteAddr, "url", r.URL, "err", p, "stack", string(stack))
			panic(p)
		}()
		next.ServeHTTP(w, r)
	})
}

func serveDebug(w http.ResponseWriter, r *http.Request) {
	sub := route.Param(r.Context(), "subpath")
	if sub == "/pprof" {
		http.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
		return
	}
	name, ok := strings.CutPrefix(sub, "/pprof/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	switch name {
	case "cmdline":
		pprof.Cmdline(w, r)
	case "profile":
		pprof.Profile(w, r)
	case "symbol":
		pprof.Symbol(w, r)
	case "trace":
		pprof.Trace(w, r)
	case "fgprof":
		fgprof.Handler().ServeHTTP(w, r)
	default:
		r.URL.Path = "/debug/pprof/" + name // what Index expects below a prefix
		pprof.Index(w, r)
	}
}
