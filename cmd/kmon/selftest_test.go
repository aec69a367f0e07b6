package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// stack answers as the server and Alertmanager do, with what a test puts in.
type stack map[string]string

func (s stack) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, ok := s[strings.TrimPrefix(req.URL.Path, "/prefix")]
	if !ok {
		http.Error(w, "not here", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprint(w, body)
}

func healthy() stack {
	return stack{
		"/-/ready":                 "ok",
		"/api/v1/status/buildinfo": `{"data":{"version":"3.15.0"}}`,
		"/api/v1/targets":          `{"data":{"activeTargets":[{"scrapeUrl":"http://a/metrics","scrapePool":"a","health":"up"}]}}`,
		"/api/v1/rules":            `{"data":{"groups":[{"file":"f","rules":[{"name":"r","health":"ok"},{"name":"new","health":"unknown"}]}]}}`,
		"/api/v1/status/dropins":   `{"data":{"items":[{}],"sidecar":{"dropIns":[{"ref":{"namespace":"n","name":"m","key":"k"},"state":"active"}]}}}`,
		"/api/v2/alerts":           `[{}]`,
	}
}

func TestTheTestOfAStack(t *testing.T) {
	for name, c := range map[string]struct {
		path, answer string
		fails, says  string
	}{
		"healthy":   {},
		"not ready": {path: "/-/ready", fails: "server", says: "503"},
		"a target down": {
			path: "/api/v1/targets", fails: "targets", says: "http://a/metrics of a is down: connection refused",
			answer: `{"data":{"activeTargets":[{"scrapeUrl":"http://a/metrics","scrapePool":"a","health":"down","lastError":"connection refused"}]}}`,
		},
		"no target":        {path: "/api/v1/targets", answer: `{"data":{}}`, fails: "targets", says: "there is no target"},
		"no rule":          {path: "/api/v1/rules", answer: `{"data":{}}`, fails: "rules", says: "there is no rule"},
		"a rule fails":     {path: "/api/v1/rules", answer: `{"data":{"groups":[{"file":"f","rules":[{"name":"r","health":"err","lastError":"boom"}]}]}}`, fails: "rules", says: "r of f: boom"},
		"no drop-in":       {path: "/api/v1/status/dropins", answer: `{"data":{}}`, fails: "drop-ins", says: "runs no drop-in"},
		"a refused one":    {path: "/api/v1/status/dropins", answer: `{"data":{"items":[{}],"sidecar":{"dropIns":[{"ref":{"namespace":"n","name":"m","key":"k"},"state":"rejected","problems":[{"message":"bad"}]}]}}}`, fails: "drop-ins", says: "n/m/k is rejected: bad"},
		"no alert arrived": {path: "/api/v2/alerts", answer: `[]`, fails: "alerts", says: "Watchdog"},
	} {
		t.Run(name, func(t *testing.T) {
			s := healthy()
			if c.path != "" {
				delete(s, c.path)
				if c.answer != "" {
					s[c.path] = c.answer
				}
			}
			srv := httptest.NewServer(s)
			defer srv.Close()
			var out bytes.Buffer
			// The prefix is part of the URL behind an ingress.
			code := Run(t.Context(), []string{"test", "--server", srv.URL + "/prefix", "--alertmanager", srv.URL, "--timeout", "1ms"}, streams{out: &out, err: &out})
			var failed []string
			for line := range strings.Lines(out.String()) {
				if f := strings.Fields(line); f[0] == "FAIL" {
					failed = append(failed, f[1])
				}
			}
			if want := strings.Fields(c.fails); strings.Join(failed, " ") != strings.Join(want, " ") || !strings.Contains(out.String(), c.says) {
				t.Errorf("failed %q, want %q saying %q:\n%s", failed, want, c.says, &out)
			}
			if want := min(len(failed), exitProblems); code != want {
				t.Errorf("exit code %d, want %d", code, want)
			}
		})
	}
}
