package main

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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

// With a password and a certificate of an authority of its own a stack is tested
// as any other, and nothing of it is said or given as an argument.
func TestAProtectedStack(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if user, password, _ := req.BasicAuth(); user != "kmon" || password != "hush" {
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
			return
		}
		healthy().ServeHTTP(w, req)
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are to fail
	srv.StartTLS()
	defer srv.Close()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("ca.crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})))
	write("password", "hush")
	write("wrong", "guessed")
	const login = "basic_auth: {username: kmon, password_file: %s}\n"
	const trust = "tls_config: {ca_file: ca.crt, server_name: %s}\n"
	good := write("good.yml", fmt.Sprintf(login+trust, "password", "example.com"))
	for name, c := range map[string]struct{ config, says string }{
		"all that is needed":     {good, "the Watchdog alert has arrived"},
		"nothing":                {"", "certificate"},
		"no authority":           {write("a.yml", fmt.Sprintf(login, "password")), "certificate"},
		"another server":         {write("b.yml", fmt.Sprintf(login+trust, "password", "elsewhere.test")), "elsewhere.test"},
		"no password":            {write("c.yml", fmt.Sprintf(trust, "example.com")), "401"},
		"another password":       {write("d.yml", fmt.Sprintf(login+trust, "wrong", "example.com")), "401"},
		"a file that is no such": {write("e.yml", "password: x"), "e.yml"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"test", "--server", srv.URL, "--alertmanager", srv.URL, "--timeout", "1ms"}
			if c.config != "" {
				args = append(args, "--server-http-config", c.config, "--alertmanager-http-config", c.config)
			}
			var out bytes.Buffer
			code := Run(t.Context(), args, streams{out: &out, err: &out})
			if (code == exitFine) != (c.config == good) || !strings.Contains(out.String(), c.says) {
				t.Errorf("exit code %d, and it does not say %q:\n%s", code, c.says, &out)
			}
			if strings.Contains(out.String(), "hush") || strings.Contains(out.String(), "guessed") {
				t.Errorf("it tells the password:\n%s", &out)
			}
		})
	}
}

// Every server is tested, and a shard may be one without targets.
func TestSeveralServers(t *testing.T) {
	a, b := httptest.NewServer(healthy()), healthy()
	defer a.Close()
	b["/api/v1/targets"] = `{"data":{"activeTargets":[]}}`
	other := httptest.NewServer(b)
	defer other.Close()
	run := func() (int, string) {
		var out bytes.Buffer
		code := Run(t.Context(), []string{"test", "--server", a.URL, "--server", other.URL, "--timeout", "1ms"}, streams{out: &out, err: &out})
		return code, out.String()
	}
	if code, out := run(); code != exitFine || !strings.Contains(out, "1 up (2 servers)") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	b["/api/v1/rules"] = `{"data":{}}`
	if code, out := run(); code != exitProblems || !strings.Contains(out, "there is no rule") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}
