package sidecar

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// neighbour is a server on a unix socket, as far as a reload sees it.
func neighbour(t *testing.T, h http.HandlerFunc) (address string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "reload.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return "unix://" + path
}

func reloader(t *testing.T, address string) *HTTPReloader {
	t.Helper()
	r, err := NewHTTPReloader(address)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReloadOverUnixSocket(t *testing.T) {
	r := reloader(t, neighbour(t, func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodPost || req.URL.Path != "/-/reload" {
			t.Errorf("asked for %s %s", req.Method, req.URL)
		}
		fmt.Fprint(w, `{"status":"success","digest":"abc","changed":{"scrape":1},"took":"12ms"}`)
	}))
	digest, err := r.Reload(t.Context(), nil)
	if digest != "abc" || err != nil {
		t.Errorf("got %q, %v", digest, err)
	}
}

func TestReloadRefused(t *testing.T) {
	r := reloader(t, neighbour(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `{"status":"error","digest":"old","refused":"new","error":"no","items":[{"ref":{"namespace":"a","name":"b","key":"c"},"error":"why"}]}`)
	}))
	_, err := r.Reload(t.Context(), nil)
	refused, ok := errors.AsType[*Refused](err)
	want := &Refused{
		Digest: "new", Running: "old", Reason: "no",
		Items: []RefusedItem{{Ref: dropin.Ref{Namespace: "a", Name: "b", Key: "c"}, Reason: "why"}},
	}
	if diff := cmp.Diff(want, refused); !ok || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// None of these may count as a refusal: trying again may help.
func TestReloadThatFailed(t *testing.T) {
	answers := map[string]http.HandlerFunc{
		"500":           func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "out of memory", 500) },
		"503":           func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "starting", 503) },
		"404":           func(w http.ResponseWriter, _ *http.Request) { http.NotFound(w, nil) },
		"empty":         func(http.ResponseWriter, *http.Request) {},
		"cut connexion": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	for name, h := range answers {
		t.Run(name, func(t *testing.T) {
			_, err := reloader(t, neighbour(t, h)).Reload(t.Context(), nil)
			if err == nil {
				t.Fatal("no error")
			}
			if _, ok := errors.AsType[*Refused](err); ok {
				t.Errorf("taken for a refusal: %v", err)
			}
		})
	}
	t.Run("no socket", func(t *testing.T) {
		if _, err := reloader(t, "unix:///nowhere/x.sock").Reload(t.Context(), nil); err == nil {
			t.Error("no error")
		}
	})
	t.Run("hangs", func(t *testing.T) {
		r := reloader(t, neighbour(t, func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() }))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := r.Reload(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestReloadAddress(t *testing.T) {
	for address, want := range map[string]string{
		"ftp://x/":              "none of unix://",
		"unix://relative.sock":  "absolute path",
		"http:///-/reload":      "names no host",
		"/run/reload.sock":      "none of unix://",
		"http://a:9090/x":       "",
		"unix:///run/some.sock": "",
	} {
		_, err := NewHTTPReloader(address)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
