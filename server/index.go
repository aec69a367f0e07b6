package server

import (
	"html/template"
	"net/http"
	"path"
)

// index is a page for people who open the server in a browser: what runs, and
// where everything is.
func (s *Server) index(w http.ResponseWriter, _ *http.Request) {
	base := path.Join("/", s.opts.Web.ExternalURL.Path)
	if base == "/" {
		base = ""
	}
	p := s.running.Load()
	data := struct {
		Title, Base, Version, Digest string
		Ready, Agent                 bool
		Jobs, RuleFiles, DropIns     int
	}{
		Title: s.opts.Web.PageTitle, Base: base, Version: PrometheusVersion(),
		Ready: s.state.Load() == serving, Agent: s.opts.Agent,
	}
	if p != nil {
		data.Digest = p.Digest()
		data.Jobs, data.RuleFiles, data.DropIns = len(p.Merged.ScrapeConfigs), len(p.Rules), len(p.Generation.Items())
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := indexPage().Execute(w, data); err != nil {
		s.logger.Warn("cannot write the index page", "err", err)
	}
}

func indexPage() *template.Template {
	return template.Must(template.New("index").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Title}}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}code{background:#8882;padding:0 .2em}</style>
</head><body>
<h1>{{.Title}}</h1>
<p>{{if .Ready}}Running{{else}}Not ready{{end}}{{if .Agent}} in agent mode{{end}}, compatible with Prometheus {{.Version}}.
{{.Jobs}} scrape jobs, {{.RuleFiles}} rule files, {{.DropIns}} drop-ins{{with .Digest}} in generation <code>{{.}}</code>{{end}}.</p>
<ul>
<li><a href="{{.Base}}/api/v1/targets">Targets</a> and <a href="{{.Base}}/api/v1/scrape_pools">scrape pools</a></li>
{{if not .Agent}}<li><a href="{{.Base}}/api/v1/rules">Rules</a>, <a href="{{.Base}}/api/v1/alerts">alerts</a> and <a href="{{.Base}}/api/v1/alertmanagers">Alertmanagers</a></li>
<li><a href="{{.Base}}/api/v1/query?query=up">Query <code>up</code></a>, <a href="{{.Base}}/api/v1/labels">labels</a>, <a href="{{.Base}}/federate?match[]=up">federation</a></li>{{end}}
<li><a href="{{.Base}}/api/v1/status/dropins">Drop-ins</a></li>
<li>Status: <a href="{{.Base}}/api/v1/status/config">configuration</a>, <a href="{{.Base}}/api/v1/status/flags">flags</a>, <a href="{{.Base}}/api/v1/status/runtimeinfo">runtime</a>, <a href="{{.Base}}/api/v1/status/buildinfo">build</a>{{if not .Agent}}, <a href="{{.Base}}/api/v1/status/tsdb">TSDB</a>{{end}}</li>
<li><a href="{{.Base}}/metrics">Metrics of this server</a>, <a href="{{.Base}}/debug/pprof/">profiles</a>, <a href="{{.Base}}/api/v1/openapi.yaml">OpenAPI</a></li>
</ul>
</body></html>
`))
}
