package ui

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
)

const indexName = "index.html"

// What in the HTML file is filled in for each answer.
const (
	baseMark  = `<base href="./" />`
	titleMark = `<title>kube-monitoring-stack</title>`
	metaMark  = `<meta name="kube-monitoring-stack" content="{}" nonce="" />`
)

// index is the HTML file, cut at what differs from answer to answer.
type index struct {
	beforeBase, beforeNonce, rest []byte
}

func parseIndex(raw []byte, o Options) (*index, error) {
	about, err := json.Marshal(struct {
		Agent           bool   `json:"agent"`
		AlertmanagerURL string `json:"alertmanagerURL"`
	}{o.Agent, o.AlertmanagerURL})
	if err != nil {
		return nil, fmt.Errorf("describe the server to its pages: %w", err)
	}
	for _, mark := range []string{baseMark, metaMark, titleMark} {
		if bytes.Count(raw, []byte(mark)) != 1 {
			return nil, fmt.Errorf("the pages' %s has no or several %s", indexName, mark)
		}
	}
	if o.Title != "" {
		raw = bytes.Replace(raw, []byte(titleMark), []byte("<title>"+html.EscapeString(o.Title)+"</title>"), 1)
	}
	before, after, _ := bytes.Cut(raw, []byte(baseMark))
	middle, rest, ok := bytes.Cut(after, []byte(metaMark))
	if !ok {
		return nil, fmt.Errorf("the pages' %s has %s before %s", indexName, metaMark, baseMark)
	}
	meta := fmt.Sprintf(`<meta name="kube-monitoring-stack" content="%s" nonce="`, html.EscapeString(string(about)))
	return &index{
		beforeBase:  before,
		beforeNonce: slices.Concat(middle, []byte(meta)),
		rest:        slices.Concat([]byte(`" />`), rest),
	}, nil
}

func (x *index) serve(w http.ResponseWriter, r *http.Request) {
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	// A new build has other scripts, and the nonce is good for one answer.
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", contentPolicy(nonce))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Referrer-Policy", "same-origin")
	if r.TLS != nil {
		// Elsewhere browsers ignore it, and complain.
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
	}

	var b bytes.Buffer
	b.Write(x.beforeBase)
	fmt.Fprintf(&b, `<base href="%s" />`, relativeRoot(r.URL.EscapedPath()))
	b.Write(x.beforeNonce)
	b.WriteString(nonce)
	b.Write(x.rest)
	// Nobody is left to tell if the reader has gone.
	_, _ = w.Write(b.Bytes())
}

// relativeRoot leads from a page to the pages' root. It is relative because the
// address in the browser may have a prefix that a proxy took away.
func relativeRoot(path string) string {
	if depth := strings.Count(path, "/") - 1; depth > 0 {
		return strings.Repeat("../", depth)
	}
	return "./"
}

// contentPolicy allows what the pages consist of and nothing from elsewhere.
// The nonce lets the query editor add its stylesheet; scripts need none.
func contentPolicy(nonce string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self' 'nonce-" + nonce + "'",
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self'",
		"worker-src 'self'",
		"base-uri 'self'",
		"form-action 'none'",
		"frame-ancestors 'self'",
	}, "; ")
}
