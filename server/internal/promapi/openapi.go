package promapi

import (
	"net/http"
	"sync"

	api_v1 "github.com/prometheus/prometheus/web/api/v1"
)

// noDocument is what the API is made with: no path begins like this. NewAPI
// renders the document twice, whether or not anybody will ever ask for it. With
// all paths that is a quarter of a second of CPU time and 80 MiB of garbage in
// each start, and half of it without. [OpenAPI] serves the whole instead.
func (o *Options) noDocument() api_v1.OpenAPIOptions {
	d := o.document()
	d.IncludePaths = []string{"-"}
	return d
}

func (o *Options) document() api_v1.OpenAPIOptions {
	return api_v1.OpenAPIOptions{
		ExternalURL:    o.ExternalURL.String(),
		Version:        o.Version.Version,
		MaxSearchLimit: o.MaxSearchLimit,
	}
}

// OpenAPI serves the API's OpenAPI document, which it renders when it is first
// asked for. It must be in front of the API's own route.
func OpenAPI(o Options) http.HandlerFunc {
	document := sync.OnceValue(func() *api_v1.OpenAPIBuilder {
		return api_v1.NewOpenAPIBuilder(o.document(), o.Logger)
	})
	return o.Ready(func(w http.ResponseWriter, r *http.Request) { document().ServeOpenAPI(w, r) })
}
