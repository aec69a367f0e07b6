package load

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// exporter serves the same series at each scrape. Targets differ in a label that
// their job gives them.
func exporter(t *testing.T, series int) (hostPort string) {
	t.Helper()
	var body bytes.Buffer
	for i := range series {
		fmt.Fprintf(&body, "load_requests_total{path=\"/page/%d\",code=\"%d\"} %d\n", i/3, 200+100*(i%3), i)
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = w.Write(body.Bytes()) // whoever scrapes may have gone away
	}))
	t.Cleanup(web.Close)
	return strings.TrimPrefix(web.URL, "http://")
}

// spin starts processes that take all the CPU there is. They end with the test,
// however it ends.
func spin(t *testing.T, n int) {
	t.Helper()
	for range n {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done")
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := cmd.Start(); err != nil {
			t.Fatalf("starve the server: %v", err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed
		})
	}
}

// query asks heavy queries without end, n at a time, until the test ends, and
// returns how many were answered by then.
func query(t *testing.T, base string, n int) (answered func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex // guards count
	count := 0
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			for ctx.Err() == nil {
				end := time.Now()
				params := url.Values{
					"query": {fmt.Sprintf(`sum by (path) (rate(load_requests_total{code=~"2.*|5.*",path!~".*%d"}[1m])) / count by (path) (load_requests_total)`, i)},
					"start": {fmt.Sprint(end.Add(-5 * time.Minute).Unix())}, "end": {fmt.Sprint(end.Unix())}, "step": {"5"},
				}
				if ask(ctx, base+"/api/v1/query_range?"+params.Encode()) == nil {
					mu.Lock()
					count++
					mu.Unlock()
				}
			}
		})
	}
	stop := func() { cancel(); all.Wait() }
	t.Cleanup(stop)
	return func() int {
		stop()
		mu.Lock()
		defer mu.Unlock()
		return count
	}
}

func ask(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", resp.Status)
	}
	return nil
}

// loadAverage is the machine's of the last minute.
func loadAverage() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(raw), " ")
	return first
}
