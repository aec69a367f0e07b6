package ui

import (
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
)

// Options are what the pages are told about the server.
type Options struct {
	// Title is shown in the browser's tab and above the navigation.
	Title string
	// Agent leaves out the pages that an agent has nothing for.
	Agent bool
	// AlertmanagerURL is where people, and not this server, reach Alertmanager.
	// Empty means that the pages use the addresses the server sends alerts to.
	AlertmanagerURL string
}

// pagePaths are the addresses of pages, which src/app/routes.ts and a test know
// as well. All get the same HTML file; which page it is the script finds out.
// Those that Prometheus has are Prometheus' own, since links in alerts lead there.
var pagePaths = []string{
	"/", "/query", "/dashboards", "/alerts", "/rules", "/targets", "/drop-ins", "/explain",
	"/tsdb-status", "/status", "/config", "/flags", "/service-discovery", "/alertmanager-discovery", "/remote-write",
	"/graph", "/agent",
}

// Prefixes of pages that are about one thing.
const (
	dashboardPrefix = "/dashboards/"
	grafanaPrefix   = "/d/"       // links that were made for Grafana
	classicPrefix   = "/classic/" // Prometheus 2 had its pages twice,
	newPrefix       = "/new/"     // and at times the newer ones here
	assetPrefix     = "/assets/"
)

// Routes lists the paths that [Handler] serves, in the syntax of httprouter, for
// a router that must know them one by one.
func Routes() []string {
	return append(slices.Clone(pagePaths),
		dashboardPrefix+":uid", grafanaPrefix+":uid", grafanaPrefix+":uid/:slug", classicPrefix+":page", newPrefix+":page", assetPrefix+"*filepath")
}

// Handler serves the pages under prefix, which is "" or begins with a slash and
// does not end in one. It answers 404 to whatever is neither a page nor a part
// of one, so it can be the last resort of a router.
//
// A proxy may take a prefix away that the server does not know of: the pages
// use relative addresses only.
func Handler(prefix string, o Options) (http.Handler, error) {
	return handler(prefix, o, built())
}

func handler(prefix string, o Options, pages fs.FS) (http.Handler, error) {
	raw := placeholder
	if pages != nil {
		var err error
		if raw, err = fs.ReadFile(pages, indexName); err != nil {
			return nil, fmt.Errorf("read the pages: %w", err)
		}
	}
	index, err := parseIndex(raw, o)
	if err != nil {
		return nil, err
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		path := r.URL.Path
		switch {
		case strings.HasPrefix(path, assetPrefix) && pages != nil:
			serveAsset(w, r, pages, strings.TrimPrefix(path, "/"))
		case isPage(path):
			index.serve(w, r)
		default:
			http.NotFound(w, r)
		}
	})
	return http.StripPrefix(prefix, h), nil
}

func isPage(path string) bool {
	if slices.Contains(pagePaths, path) {
		return true
	}
	if uid, ok := strings.CutPrefix(path, dashboardPrefix); ok {
		return uid != "" && !strings.Contains(uid, "/")
	}
	if rest, ok := strings.CutPrefix(path, grafanaPrefix); ok {
		return rest != "" && strings.Count(rest, "/") <= 1
	}
	for _, prefix := range []string{classicPrefix, newPrefix} {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			return rest != "" && slices.Contains(pagePaths, "/"+rest)
		}
	}
	return false
}
