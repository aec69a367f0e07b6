// Command preview serves the embedded pages in front of a server that runs
// elsewhere: any Prometheus, or one of ours that was built without its pages.
// It is for whoever works on the pages and for their tests.
package main

import (
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/ui"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/ui/dashboards"
)

func main() {
	var (
		listen = flag.String("listen", "127.0.0.1:9191", "Address to serve on.")
		server = flag.String("server", "http://127.0.0.1:9090", "The server to ask.")
		prefix = flag.String("prefix", "", "Path under which to serve, as an ingress would.")
		boards = flag.String("dashboards", "", "Directory of dashboards as JSON files to show.")
	)
	flag.Parse()
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(*listen, *server, strings.TrimSuffix(*prefix, "/"), *boards, logger); err != nil {
		logger.Error("cannot serve the pages", "err", err)
		os.Exit(1)
	}
}

func run(listen, server, prefix, boards string, logger *slog.Logger) error {
	upstream, err := url.Parse(server)
	if err != nil {
		return fmt.Errorf("parse --server: %w", err)
	}
	// The pages must work whatever prefix a proxy takes away, so they are not told.
	pages, err := ui.Handler("", ui.Options{Title: "kube-monitoring-stack"})
	if err != nil {
		return err
	}
	api := httputil.NewSingleHostReverseProxy(upstream)
	// To the browser pages and API are of one origin, whatever is behind.
	direct := api.Director
	api.Director = func(r *http.Request) {
		direct(r)
		r.Header.Del("Origin")
	}
	shown := dashboards.Handler(func() dashboards.Source { return directory{boards, logger} }, logger)

	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.Handle(dashboards.Path, shown)
	mux.Handle(dashboards.Path+"/", shown)
	for _, path := range []string{"/api/", "/-/", "/metrics", "/debug/", "/federate"} {
		mux.Handle(path, api)
	}
	logger.Info("serving the pages", "url", "http://"+listen+prefix+"/", "server", server)
	return http.ListenAndServe(listen, http.StripPrefix(prefix, mux))
}
