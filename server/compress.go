package server

import (
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// compressed compresses the answers of next that next itself would compress, by
// writers that were used before. httputil.CompressionHandler makes a new one for
// each answer, which is more than a megabyte of garbage for each panel of each
// dashboard.
//
// next is not told that the client takes gzip. Which answers are to be compressed
// is known by the Vary header, which CompressionHandler sets for no others.
func compressed(next http.Handler) http.Handler {
	pool := &sync.Pool{New: func() any { return gzip.NewWriter(nil) }}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !takesGzip(r) {
			next.ServeHTTP(w, r)
			return
		}
		plain := r.Clone(r.Context())
		plain.Header.Del("Accept-Encoding")
		c := &compressor{ResponseWriter: w, pool: pool}
		next.ServeHTTP(c, plain)
		c.close()
	})
}

// takesGzip says whether CompressionHandler would choose gzip.
func takesGzip(r *http.Request) bool {
	for encoding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		switch strings.TrimSpace(encoding) {
		case "gzip":
			return true
		case "deflate":
			return false
		}
	}
	return false
}

// compressor is one answer.
type compressor struct {
	http.ResponseWriter
	pool    *sync.Pool
	decided bool
	gzip    *gzip.Writer // nil if the answer is passed on as it is
}

// WriteHeader implements http.ResponseWriter.
func (c *compressor) WriteHeader(status int) {
	if status >= http.StatusOK { // others are followed by this one
		c.decide(status)
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *compressor) decide(status int) {
	if c.decided {
		return
	}
	c.decided = true
	h := c.Header()
	body := status != http.StatusNoContent && status != http.StatusNotModified
	if !body || h.Get("Content-Encoding") != "" || h.Get("Vary") != "Accept-Encoding" {
		return
	}
	h.Set("Content-Encoding", "gzip")
	h.Del("Content-Length")
	c.gzip = c.pool.Get().(*gzip.Writer)
	c.gzip.Reset(c.ResponseWriter)
}

// Write implements io.Writer.
func (c *compressor) Write(p []byte) (int, error) {
	if !c.decided && c.Header().Get("Content-Type") == "" {
		// Else it would be guessed from what is compressed.
		c.Header().Set("Content-Type", http.DetectContentType(p))
	}
	c.decide(http.StatusOK)
	if c.gzip == nil {
		return c.ResponseWriter.Write(p)
	}
	return c.gzip.Write(p)
}

// Flush implements http.Flusher, for /notifications/live.
func (c *compressor) Flush() {
	if c.gzip != nil {
		_ = c.gzip.Flush() // the client went away
	}
	if f, ok := c.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap is for http.ResponseController.
func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// close ends the answer. It is not called when the handler panics: what was
// being written then must not be taken for a whole answer.
func (c *compressor) close() {
	if c.gzip == nil {
		return
	}
	_ = c.gzip.Close() // the client went away
	c.gzip.Reset(nil)
	c.pool.Put(c.gzip)
}
