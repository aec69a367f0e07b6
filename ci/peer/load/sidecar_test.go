package load

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

// deployment is a server and, as the sidecar beside it, the drop-ins it gets.
type deployment struct {
	*instance.Instance
	t      *testing.T
	live   *livedir.Dir
	client *http.Client
	items  map[dropin.Ref]dropin.Checked
}

const base = "global: {scrape_interval: 15s, scrape_timeout: 15s, evaluation_interval: 1s}\n"

func deploy(t *testing.T, drops []dropin.Item) *deployment {
	t.Helper()
	binary, err := build.Ensure(t.Context(), build.Server())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	live, err := livedir.Open(filepath.Join(dir, "live"))
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	d := &deployment{
		t: t, live: live, items: map[dropin.Ref]dropin.Checked{},
		client: &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}}},
	}
	for _, it := range drops {
		d.put(it)
	}
	if _, err := d.publish(); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte(base), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	d.Instance, err = instance.Start(ctx, instance.Spec{
		Binary: binary, Dir: dir, Env: []string{"GOMAXPROCS=1"},
		Args: []string{
			"--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address={addr}",
			"--drop-ins.dir=" + live.Path(), "--drop-ins.reload-socket=" + socket,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	return d
}

// put adds or edits a drop-in.
func (d *deployment) put(it dropin.Item) {
	d.t.Helper()
	c := dropin.Check(it, dropin.Policy{Trusted: []string{it.Ref.Namespace}})
	if !c.OK() {
		d.t.Fatalf("drop-in of the test is refused: %v", c.Problems[0])
	}
	d.items[it.Ref] = c
}

func (d *deployment) publish() (digest string, err error) {
	bundle, problems := dropin.Assemble(slices.Collect(maps.Values(d.items)), dropin.Policy{Trusted: []string{"team"}})
	if len(problems) > 0 {
		return "", fmt.Errorf("assemble: %v", problems[0])
	}
	_, err = d.live.Publish(bundle)
	return bundle.Digest(), err
}

// apply publishes what was put and has the server take it over, both within the
// time that the sidecar gives to them.
func (d *deployment) apply(ctx context.Context) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, sidecar.DefaultOptions().ApplyTimeout)
	defer cancel()
	began := time.Now()
	digest, err := d.publish()
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://server/-/reload", nil)
	if err != nil {
		return 0, err
	}
	resp, err := d.client.Do(req)
	took = time.Since(began)
	if err != nil {
		return took, err
	}
	defer resp.Body.Close()
	var answer struct{ Status, Digest, Error string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return took, fmt.Errorf("read the answer to a reload: %w", err)
	}
	took = time.Since(began)
	if answer.Status != "success" || answer.Digest != digest {
		return took, fmt.Errorf("asked to run %s the server answered %s %+v", digest, resp.Status, answer)
	}
	d.live.Confirm()
	return took, nil
}

// inForce is what the server says of its last reloads.
func (d *deployment) inForce() string {
	var lines []string
	for _, l := range d.Lines() {
		if strings.Contains(l, "Configuration is in force") || strings.Contains(l, "Reload failed") {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}
