package reload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
)

// server is one of the two, with the way in which it gets drop-ins.
type server struct {
	*instance.Instance
	// deliver puts the changed drop-in where the server will find it. What it
	// costs is not the server's, and is not measured.
	deliver func(dropin.Checked) error
	// reloadAt is where, and by which client, a reload is asked for.
	reloadAt string
	client   *http.Client
}

// startTheirs runs Prometheus with the drop-ins' final bytes as the files of
// scrape_config_files and rule_files.
func startTheirs(ctx context.Context, dir string, w *workload) (*server, error) {
	binary, err := build.Ensure(ctx, build.Prometheus())
	if err != nil {
		return nil, err
	}
	put := func(c dropin.Checked) error {
		return os.WriteFile(filepath.Join(dir, string(c.Kind), c.Ref.FileName()), c.Published, 0o644)
	}
	for _, kind := range []dropin.Kind{dropin.KindScrape, dropin.KindRules} {
		if err := os.MkdirAll(filepath.Join(dir, string(kind)), 0o755); err != nil {
			return nil, err
		}
	}
	for _, c := range w.items {
		if err := put(c); err != nil {
			return nil, err
		}
	}
	in, err := launch(ctx, binary, dir, fmt.Sprintf("scrape_config_files: [%[1]s/scrape/*.yaml]\nrule_files: [%[1]s/rules/*.yaml]\n", dir), "--web.enable-lifecycle")
	if err != nil {
		return nil, err
	}
	return &server{Instance: in, deliver: put, reloadAt: in.URL + "/-/reload", client: http.DefaultClient}, nil
}

// startOurs runs our server on a live directory, as the sidecar publishes it.
func startOurs(ctx context.Context, dir string, w *workload) (*server, error) {
	binary, err := build.Ensure(ctx, build.Server())
	if err != nil {
		return nil, err
	}
	live, err := livedir.Open(filepath.Join(dir, "live"))
	if err != nil {
		return nil, err
	}
	put := func(dropin.Checked) error {
		bundle, problems := dropin.Assemble(slices.Collect(maps.Values(w.items)), dropin.Policy{})
		if len(problems) > 0 {
			return fmt.Errorf("assemble: %v", problems[0])
		}
		if _, err := live.Publish(bundle); err != nil {
			return err
		}
		live.Confirm()
		return nil
	}
	if err := put(dropin.Checked{}); err != nil {
		return nil, err
	}
	socket := filepath.Join(dir, "reload.sock")
	in, err := launch(ctx, binary, dir, "", "--drop-ins.dir="+live.Path(), "--drop-ins.reload-socket="+socket)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	return &server{Instance: in, deliver: put, reloadAt: "http://socket/-/reload", client: client}, nil
}

func launch(ctx context.Context, binary, dir, config string, args ...string) (*instance.Instance, error) {
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte("global: {evaluation_interval: 1h}\n"+config), 0o644); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	return instance.Start(ctx, instance.Spec{
		Binary: binary,
		Args:   append([]string{"--config.file=" + file, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address={addr}"}, args...),
		Dir:    dir,
	})
}

// reload asks for a reload and returns how long it took to be in force.
func (s *server) reload(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.reloadAt, nil)
	if err != nil {
		return 0, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("reload: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	took := time.Since(began)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("reload: %s: %.500s", resp.Status, body)
	}
	return took, err
}

// heap makes the server collect its garbage and returns what is left.
func (s *server) heap(ctx context.Context) (live int64, err error) {
	if _, err := s.get(ctx, "/debug/pprof/heap?gc=1"); err != nil {
		return 0, err
	}
	c, err := s.collected(ctx)
	return c.live, err
}

// garbage is what a server says about its memory.
type garbage struct {
	live        int64 // bytes that the last collection found in use
	allocated   int64 // bytes since the start
	collections int
	// cpu is the runtime's estimate of the time in collections, by the wall clock: on
	// a busy machine it is too high. 0 if the server does not tell.
	cpu time.Duration
}

// collected asks for the state of the heap.
func (s *server) collected(ctx context.Context) (g garbage, err error) {
	metrics, err := s.get(ctx, "/metrics")
	if err != nil {
		return g, err
	}
	const live, allocated, collections, cpu = "go_gc_heap_live_bytes", "go_memstats_alloc_bytes_total", "go_gc_duration_seconds_count", "go_cpu_classes_gc_total_cpu_seconds_total"
	values := map[string]float64{live: -1, allocated: -1, collections: -1, cpu: 0}
	for line := range strings.Lines(string(metrics)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if _, wanted := values[name]; wanted {
			if values[name], err = strconv.ParseFloat(value, 64); err != nil {
				return g, fmt.Errorf("read %s: %w", name, err)
			}
		}
	}
	for name, v := range values {
		if v < 0 {
			return g, fmt.Errorf("the server has no metric %s", name)
		}
	}
	return garbage{
		live: int64(values[live]), allocated: int64(values[allocated]), collections: int(values[collections]),
		cpu: time.Duration(values[cpu] * float64(time.Second)),
	}, nil
}

// hasChunksOnDisk says whether the TSDB has written chunks of its head.
func (s *server) hasChunksOnDisk(ctx context.Context) error {
	metrics, err := s.get(ctx, "/metrics")
	if err == nil && !regexp.MustCompile(`(?m)^prometheus_tsdb_mmap_chunks_total [1-9]`).Match(metrics) {
		err = errors.New("no chunks of the head are on disk")
	}
	return err
}

// activeSince returns since when the watched alert is active.
func (s *server) activeSince(ctx context.Context) (string, error) {
	var answer struct {
		Data struct {
			Alerts []struct {
				Labels   map[string]string
				ActiveAt string
			}
		}
	}
	if err := s.ask(ctx, "/api/v1/alerts", &answer); err != nil {
		return "", err
	}
	for _, a := range answer.Data.Alerts {
		if a.Labels["alertname"] == "Watched" {
			return a.ActiveAt, nil
		}
	}
	return "", fmt.Errorf("the watched alert is not active among %d", len(answer.Data.Alerts))
}

// rules returns how many rules the server runs.
func (s *server) rules(ctx context.Context) (n int, err error) {
	var answer struct {
		Data struct {
			Groups []struct{ Rules []struct{ Name string } }
		}
	}
	if err := s.ask(ctx, "/api/v1/rules", &answer); err != nil {
		return 0, err
	}
	for _, g := range answer.Data.Groups {
		n += len(g.Rules)
	}
	return n, nil
}

func (s *server) ask(ctx context.Context, path string, answer any) error {
	body, err := s.get(ctx, path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

func (s *server) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, nil)
	if err != nil {
		return nil, err
	}
	// What it takes to compress answers is not what is measured here.
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}
