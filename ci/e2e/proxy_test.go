package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

// proxy stands before the API server and fails as networks and API servers do.
type proxy struct {
	url string
	// down makes it hang up on everybody.
	down atomic.Bool
	// gone answers watches that go on from a version as an API server does that
	// has forgotten it.
	gone atomic.Int64
	// failed counts requests that it hung up on, denied those that the API server
	// forbade.
	failed, denied atomic.Int64

	mu     sync.Mutex // guards cancel
	cancel map[int]context.CancelFunc
	next   int
}

func newProxy(t *testing.T, config *rest.Config) *proxy {
	t.Helper()
	transport, err := rest.TransportFor(config)
	if err != nil {
		t.Fatal(err)
	}
	target, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{cancel: map[int]context.CancelFunc{}}
	forward := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: target.Scheme, Host: target.Host}) },
		Transport:     transport,
		FlushInterval: -1,
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ModifyResponse: func(r *http.Response) error {
			if r.StatusCode == http.StatusForbidden {
				p.denied.Add(1)
			}
			return nil
		},
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if p.down.Load() {
			p.failed.Add(1)
			panic(http.ErrAbortHandler)
		}
		if query.Get("watch") != "" && query.Get("sendInitialEvents") == "" && p.gone.Add(-1) >= 0 {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusGone)
			_ = json.NewEncoder(w).Encode(metav1.Status{
				TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusFailure,
				Reason: metav1.StatusReasonExpired, Code: http.StatusGone, Message: "too old resource version",
			})
			return
		}
		ctx, done := p.track(r.Context())
		defer done()
		forward.ServeHTTP(w, r.WithContext(ctx))
	}))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	p.url = srv.URL
	return p
}

func (p *proxy) track(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	id := p.next
	p.next++
	p.cancel[id] = cancel
	return ctx, func() {
		cancel()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.cancel, id)
	}
}

// cut ends all that is open, watches above all, in the middle of it.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, cancel := range p.cancel {
		cancel()
	}
}
