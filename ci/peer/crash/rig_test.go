package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// patience bounds each wait on a busy machine.
const patience = time.Minute

// rig is a server that is started again and again on the same directories.
type rig struct {
	*instance.Instance // the process that was started last

	t      *testing.T
	binary string
	dir    string
	data   string
	live   string
	socket string
	args   []string
}

const quick = "global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}\n"

// newRig makes the directories. Nothing runs yet.
func newRig(t *testing.T, args ...string) *rig {
	t.Helper()
	binary, err := build.Ensure(t.Context(), build.Server())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := &rig{
		t: t, binary: binary, dir: dir, args: args,
		data: filepath.Join(dir, "data"), live: filepath.Join(dir, "live"), socket: filepath.Join(dir, "s"),
	}
	r.configure(quick)
	return r
}

func (r *rig) configure(text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, "prometheus.yml"), []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// launch starts the process and does not wait.
func (r *rig) launch() {
	r.t.Helper()
	in, err := instance.Launch(instance.Spec{
		Binary: r.binary,
		Dir:    r.dir,
		Args: append([]string{
			"--config.file=" + filepath.Join(r.dir, "prometheus.yml"),
			"--storage.tsdb.path=" + r.data,
			"--web.listen-address={addr}",
			"--web.enable-remote-write-receiver",
			"--drop-ins.dir=" + r.live,
			"--drop-ins.reload-socket=" + r.socket,
		}, r.args...),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.Instance = in
	r.t.Cleanup(func() {
		in.Kill()
		if r.t.Failed() && in == r.Instance {
			r.t.Logf("the end of the server's log:\n%s", in.Tail(15))
		}
	})
}

// start starts the process and waits until it is ready.
func (r *rig) start() {
	r.t.Helper()
	r.launch()
	r.awaitReady()
}

func (r *rig) awaitReady() {
	r.t.Helper()
	r.await(func(ctx context.Context) error {
		select {
		case <-r.Done():
			return instance.Permanent(fmt.Errorf("the server ended instead of getting ready:\n%s", r.Tail(10)))
		default:
		}
		status, body, err := r.call(ctx, "/-/ready", nil)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("not ready: %d %s", status, body)
		}
		return err
	})
}

// stop asks the server to stop and insists that it does so in order.
func (r *rig) stop() {
	r.t.Helper()
	if err := r.Stop(); err != nil {
		r.t.Fatal(err)
	}
}

// await calls f until it returns nil.
func (r *rig) await(f func(context.Context) error) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	if err := instance.Await(ctx, 10*time.Millisecond, f); err != nil {
		r.t.Fatal(err)
	}
}

// call gets a page.
func (r *rig) call(ctx context.Context, path string, params url.Values) (status int, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+path+"?"+params.Encode(), nil)
	if err != nil {
		return 0, nil, instance.Permanent(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// api gets a part of the API and decodes its data.
func (r *rig) api(ctx context.Context, path string, params url.Values, data any) error {
	status, body, err := r.call(ctx, "/api/v1/"+path, params)
	if err != nil {
		return err
	}
	envelope := struct {
		Status string
		Data   any
	}{Data: data}
	if err := json.Unmarshal(body, &envelope); err != nil || envelope.Status != "success" {
		return fmt.Errorf("%s %s: %d %.300s", path, params.Encode(), status, body)
	}
	return nil
}

// metric returns the value of a line of /metrics that begins with name.
func (r *rig) metric(name string) float64 {
	r.t.Helper()
	_, body, err := r.call(r.t.Context(), "/metrics", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for line := range strings.Lines(string(body)) {
		if rest, ok := strings.CutPrefix(line, name); ok && (rest[0] == ' ' || rest[0] == '{') {
			var v float64
			fmt.Sscan(line[strings.LastIndexByte(strings.TrimSpace(line), ' ')+1:], &v)
			return v
		}
	}
	r.t.Fatalf("no metric %s", name)
	return 0
}

// logged says whether a line of the log holds all of the words.
func (r *rig) logged(words ...string) bool {
	for _, line := range r.Lines() {
		found := true
		for _, w := range words {
			found = found && strings.Contains(line, w)
		}
		if found {
			return true
		}
	}
	return false
}

// mustSay fails the test unless a line of the log holds all of the words.
func (r *rig) mustSay(words ...string) {
	r.t.Helper()
	if !r.logged(words...) {
		r.t.Errorf("the log says nothing of %q:\n%s", words, r.Tail(25))
	}
}
