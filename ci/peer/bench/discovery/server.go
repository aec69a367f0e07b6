package discovery

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// server is one of the two and what was found of it.
type server struct {
	*instance.Instance
	name          string
	start         time.Duration // until it had all targets
	watches       float64
	before, after instance.Usage // of the window
	pods          *pods
	latency       []time.Duration // from a change to the target being listed
	scraped       []time.Duration // from a new endpoint to its first scrape
}

// startServer runs a server until it has all targets.
func startServer(ctx context.Context, api *apiServer, p build.Program, pods *pods) (*server, error) {
	binary, err := build.Ensure(ctx, p)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(filepath.Dir(api.kubeconfig), p.Name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(jobsConfig(api.kubeconfig, pods.address())), 0o644); err != nil {
		return nil, err
	}
	others, err := api.watches(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	began := time.Now()
	in, err := instance.Start(ctx, instance.Spec{
		Binary: binary, Dir: dir,
		Args: []string{"--config.file=" + file, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address={addr}"},
	})
	if err != nil {
		return nil, err
	}
	s := &server{Instance: in, name: p.Name, pods: pods}
	// Job by job: an answer with all targets would leave its megabytes in the
	// memory that is measured.
	for i := range services {
		err = instance.Await(ctx, 100*time.Millisecond, func(ctx context.Context) error {
			found, err := s.targets(ctx, nameOf(i))
			if err == nil && len(found) != perService {
				err = fmt.Errorf("%s has %d of %d targets of %s", p.Name, len(found), perService, nameOf(i))
			}
			return err
		})
		if err != nil {
			break
		}
	}
	if err != nil {
		in.Kill()
		return nil, fmt.Errorf("%w\n%s", err, in.Tail(10))
	}
	s.start = time.Since(began)
	all, err := api.watches(ctx)
	s.watches = all - others
	return s, err
}

// targets returns the instances among the active targets of a job.
func (s *server) targets(ctx context.Context, job string) ([]string, error) {
	v := url.Values{"state": {"active"}, "scrapePool": {job}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/v1/targets?"+v.Encode(), nil)
	if err != nil {
		return nil, err
	}
	// An answer that is compressed costs either server a megabyte of garbage, and
	// it is asked hundreds of times: what would be measured is this benchmark.
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer struct {
		Data struct {
			ActiveTargets []struct{ Labels map[string]string }
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("read targets: %w", err)
	}
	var found []string
	for _, t := range answer.Data.ActiveTargets {
		found = append(found, t.Labels["instance"])
	}
	return found, nil
}

func (s *server) read(u *instance.Usage) (err error) {
	*u, err = s.Usage()
	return err
}
