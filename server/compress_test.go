package server

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/util/httputil"
)

// compressible answers as an API route does.
func compressible(body string, status int) http.Handler {
	return httputil.CompressionHandler{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})}
}

// TestCompressed_AsUpstream compares with the same handler alone, twice, so
// that a writer is met that was used before.
func TestCompressed_AsUpstream(t *testing.T) {
	plain := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "as it is") })
	for name, h := range map[string]http.Handler{
		"json":         compressible(strings.Repeat(`{"a":1}`, 1000), http.StatusOK),
		"an error":     compressible(`{"status":"error"}`, http.StatusBadRequest),
		"not for it":   plain,
		"no route":     http.NotFoundHandler(),
		"not modified": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }),
	} {
		for _, accept := range []string{"", "gzip", "deflate", "br, gzip", "deflate, gzip", "gzip, deflate", "identity"} {
			ours := compressed(h)
			for range 2 {
				want, got := ask(h, accept), ask(ours, accept)
				if got != want {
					t.Errorf("%s, Accept-Encoding %q: %.300s, want %.300s", name, accept, got, want)
				}
			}
		}
	}
}

// ask returns what a client makes of an answer.
func ask(h http.Handler, accept string) string {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	resp := w.Result()
	body := resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(resp.Body); err != nil {
			return err.Error()
		}
	}
	raw, err := io.ReadAll(body)
	return fmt.Sprint(resp.StatusCode, " ", resp.Header, " ", err, " ", string(raw))
}

func TestCompressed_Streams(t *testing.T) {
	h := compressed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: 1\n\n")
		w.(http.Flusher).Flush()
	}))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if !w.Flushed || w.Body.String() != "data: 1\n\n" {
		t.Errorf("flushed %v: %q", w.Flushed, w.Body)
	}
}

// BenchmarkCompressed is an answer of the API with and without.
func BenchmarkCompressed(b *testing.B) {
	h := compressible(strings.Repeat(`{"metric":{"job":"api"},"value":[1700000000,"1"]}`, 40), http.StatusOK)
	for name, h := range map[string]http.Handler{"upstream's": h, "ours": compressed(h)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Accept-Encoding", "gzip")
			for b.Loop() {
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
