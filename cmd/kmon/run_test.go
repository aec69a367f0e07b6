package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// screen is a terminal that two goroutines write to and the test reads.
type screen struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// await polls what the user sees until f returns no error.
func await(t *testing.T, what string, out *screen, f func() error) {
	t.Helper()
	err := fmt.Errorf("never looked")
	for deadline := time.Now().Add(30 * time.Second); err != nil; time.Sleep(5 * time.Millisecond) {
		if err = f(); err != nil && time.Now().After(deadline) {
			t.Fatalf("%s: %v\n%s", what, err, out)
		}
	}
}

func ruleManifest(record, expr string) string {
	return fmt.Sprintf(`kind: ConfigMap
metadata:
  name: rules
  namespace: team
  labels: {kube-monitoring-stack.io/drop-in: rules}
data:
  rules.yaml: |
    groups:
    - name: g
      rules:
      - record: %s
        expr: %s
`, record, expr)
}

// ruleNames asks the server which rules it evaluates.
func ruleNames(address string) (string, error) {
	resp, err := http.Get(address + "/api/v1/rules")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	var answer struct {
		Data struct {
			Groups []struct {
				File  string
				Rules []struct{ Name string }
			}
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return "", fmt.Errorf("%w: %s", err, raw)
	}
	var names []string
	for _, g := range answer.Data.Groups {
		for _, r := range g.Rules {
			names = append(names, g.File+" "+r.Name)
		}
	}
	return strings.Join(names, ","), nil
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "rules.yaml")
	save := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save(ruleManifest("first", "up"))

	out := &screen{}
	ctx, cancel := context.WithCancel(t.Context())
	code := make(chan int)
	go func() {
		code <- Run(ctx, []string{"run", "--drop-ins", dir, "--listen", "127.0.0.1:0"}, streams{nil, out, out})
	}()
	var address, data string
	await(t, "the address", out, func() error {
		a := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(out.String())
		d := regexp.MustCompile(`data in (\S+), removed at the end`).FindStringSubmatch(out.String())
		if a == "" || d == nil {
			return fmt.Errorf("not printed")
		}
		address, data = a, d[1]
		return nil
	})
	has := func(want string) func() error {
		return func() error {
			got, err := ruleNames(address)
			if err == nil && got != want {
				err = fmt.Errorf("rules are %q", got)
			}
			return err
		}
	}
	await(t, "the first rule", out, has("team/rules/rules.yaml first"))

	resp, err := http.Get(address + "/api/v1/status/flags")
	if err != nil {
		t.Fatal(err)
	}
	var shown struct{ Data map[string]string }
	err = json.NewDecoder(resp.Body).Decode(&shown)
	resp.Body.Close()
	if err != nil || shown.Data["drop-ins"] != dir || shown.Data["listen"] != "127.0.0.1:0" {
		t.Errorf("flags are %v, %v", shown.Data, err)
	}

	saved := time.Now()
	save(ruleManifest("second", "up"))
	await(t, "the second rule", out, has("team/rules/rules.yaml second"))
	if took := time.Since(saved); took > time.Second {
		t.Errorf("a saved file was live after %s", took)
	} else {
		t.Logf("a saved file was live after %s", took)
	}

	save(ruleManifest("third", "sum("))
	await(t, "the problem", out, func() error {
		want := file + ":12: team/rules/rules.yaml:5: "
		if !strings.Contains(out.String(), want) || !strings.Contains(out.String(), "its last good version stays in use") {
			return fmt.Errorf("no %q", want)
		}
		return nil
	})
	if err := has("team/rules/rules.yaml second")(); err != nil {
		t.Error(err)
	}

	cancel()
	if got := <-code; got != exitFine {
		t.Errorf("exit code %d\n%s", got, out)
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", data, err)
	}
}

// What a new user is told to run works as it is.
func TestExamplesAreFine(t *testing.T) {
	out := &screen{}
	if code := Run(t.Context(), []string{"check", "../../examples/drop-ins"}, streams{nil, out, out}); code != exitFine {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if !strings.Contains(out.String(), "2 drop-ins in 2 files, 0 problems") {
		t.Error(out)
	}
}
