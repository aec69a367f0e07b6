// Package ui serves the server's web pages: one HTML file, and scripts, styles
// and fonts whose names carry a hash of their content. The pages take everything
// else from the HTTP API, as any client does.
//
// The pages are TypeScript in src/, built by make ui into dist/pages and
// embedded from there. A checkout without Node builds as well: the server then
// serves a page that says so.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var embedded embed.FS

//go:embed placeholder.html
var placeholder []byte

// built returns the pages as they were built, nil if they were not.
func built() fs.FS {
	pages, err := fs.Sub(embedded, "dist/pages")
	if err != nil {
		return nil
	}
	if _, err := fs.Stat(pages, indexName); err != nil {
		return nil
	}
	return pages
}
