package parity

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/exporter"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// startTimeout bounds a server's start on a busy machine.
const startTimeout = time.Minute

// side is one of the two servers that are compared.
type side struct {
	name    string
	program func() build.Program
}

func upstream() side { return side{"prometheus", build.Prometheus} }
func ours() side     { return side{"monitoring-server", build.Server} }

// full is ours with all discoveries, for what shows them or uses them.
func full() side { return side{"monitoring-server", build.FullServer} }

func bothSides() []side { return []side{upstream(), ours()} }

// builds are the programs of this run, by name. Each is built once, however many
// tests start it, and whatever happens to the sources meanwhile.
var builds sync.Map

// binary builds the program if needed.
func binary(t *testing.T, p build.Program) string {
	t.Helper()
	once, _ := builds.LoadOrStore(p.Name, sync.OnceValues(func() (string, error) {
		return build.Ensure(context.Background(), p)
	}))
	path, err := once.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// server says how a test wants a server.
type server struct {
	// config is the text of prometheus.yml.
	config string
	// data is the data directory; empty means a new one.
	data string
	// dir is where prometheus.yml goes; empty means a new one.
	dir  string
	args []string
}

// start runs one side and stops it when the test ends.
func start(t *testing.T, s side, o server) *instance.Instance {
	t.Helper()
	return startSpec(t, s, o, instance.Spec{})
}

func startSpec(t *testing.T, s side, o server, spec instance.Spec) *instance.Instance {
	t.Helper()
	if o.dir == "" {
		o.dir = t.TempDir()
	}
	if o.data == "" {
		o.data = t.TempDir()
	}
	file := filepath.Join(o.dir, "prometheus.yml")
	write(t, file, o.config)
	spec.Binary = binary(t, s.program())
	spec.Dir = o.dir
	storage := "--storage.tsdb.path="
	for _, a := range o.args {
		if a == "--agent" {
			storage = "--storage.agent.path="
		}
	}
	spec.Args = append([]string{"--config.file=" + file, storage + o.data, "--web.listen-address={addr}"}, o.args...)
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	in, err := instance.Start(ctx, spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		select {
		case <-in.Done(): // the test has stopped it
		default:
			if err := in.Stop(); err != nil {
				t.Error(err)
			}
		}
		if t.Failed() {
			all := complaints(in)
			t.Logf("what %s complained of last:\n%s", s.name, strings.Join(all[max(0, len(all)-10):], "\n"))
		}
	})
	return in
}

// stop ends a server in order and fails the test if it logged an error.
func stop(t *testing.T, in *instance.Instance) {
	t.Helper()
	if err := in.Stop(); err != nil {
		t.Fatal(err)
	}
	noErrors(t, in)
}

// complaints are the lines of the log that are warnings or errors.
func complaints(in *instance.Instance) []string {
	var out []string
	for _, line := range in.Lines() {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "level=WARN") {
			out = append(out, line[:min(len(line), 500)]) // some have a stack
		}
	}
	return out
}

// noErrors fails the test for each line of the log that is an error. That a compaction
// ends because the server was asked to stop is none.
func noErrors(t *testing.T, in *instance.Instance) {
	t.Helper()
	stopping := false
	for _, line := range complaints(in) {
		stopping = stopping || strings.Contains(line, "exiting gracefully")
		if stopping && strings.Contains(line, "compaction failed") && strings.Contains(line, "context canceled") {
			continue
		}
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "orrupt") {
			t.Errorf("logged: %s", line)
		}
	}
}

// target serves a new exporter and returns its host:port.
func target(t *testing.T) (*exporter.Exporter, string) {
	t.Helper()
	e := exporter.New()
	srv := httptest.NewServer(e)
	t.Cleanup(srv.Close)
	return e, strings.TrimPrefix(srv.URL, "http://")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// eventually calls f until it returns nil.
func eventually(t *testing.T, within time.Duration, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	if err := instance.Await(ctx, 50*time.Millisecond, f); err != nil {
		t.Fatal(err)
	}
}
