// Package discovery measures what it costs to find targets in a large cluster,
// against a real API server: 500 jobs that each discover all of 2,000
// endpoints and keep four, while an EndpointSlice changes each second.
package discovery

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/profile"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/report"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

const (
	window  = 30 * time.Second
	settled = 10 * time.Second // after all targets are there
	probes  = 7                // measurements of the time from change to target
)

// Run measures both servers at the same time, so that they see the same
// changes, and returns the rows of a table.
func Run(ctx context.Context, log io.Writer, profiles profile.Dir) ([]report.Row, error) {
	dir, err := os.MkdirTemp("", "bench-discovery-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "up_total 1\n") }))
	defer web.Close()

	api, err := startAPIServer(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer api.stop()
	if err := create(ctx, api.client); err != nil {
		return nil, err
	}
	fmt.Fprintf(log, "API server: %d namespaces, %d Services and EndpointSlices, %d Pods\n", namespaces, services, endpoints)

	config := jobsConfig(api.kubeconfig, strings.TrimPrefix(web.URL, "http://"))
	var servers [2]*server
	for i, p := range []build.Program{build.Prometheus(), build.Server()} {
		if servers[i], err = startServer(ctx, api, p, config); err != nil {
			return nil, err
		}
		defer servers[i].Kill()
	}
	if err := measure(ctx, api, servers[:]); err != nil {
		return nil, err
	}
	for i, s := range servers {
		edition := 1000 * (i + 1)
		err := profiles.Take(ctx, s.URL, "discovery-"+s.name, func(ctx context.Context) error {
			edition++
			if _, err := change(ctx, api.client, edition*17%services, edition); err != nil {
				return err
			}
			return pause(ctx, 100*time.Millisecond)
		})
		if err != nil {
			return nil, err
		}
	}
	different, err := compare(ctx, servers[0], servers[1])
	if err != nil {
		return nil, err
	}
	return rows(servers[0], servers[1], different), nil
}

// compare returns how many jobs have other targets on one server than on the
// other, which would make all other figures worthless.
func compare(ctx context.Context, theirs, ours *server) (different int, err error) {
	for i := range services {
		var targets [2][]string
		for k, s := range []*server{theirs, ours} {
			if targets[k], err = s.targets(ctx, nameOf(i)); err != nil {
				return 0, err
			}
			slices.Sort(targets[k])
		}
		if !slices.Equal(targets[0], targets[1]) {
			different++
		}
	}
	return different, nil
}

// measure changes one EndpointSlice each second, and then a few more to see how
// soon the servers have the target.
func measure(ctx context.Context, api *apiServer, servers []*server) error {
	if err := pause(ctx, settled); err != nil {
		return err
	}
	for _, s := range servers {
		if err := s.read(&s.before); err != nil {
			return err
		}
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	edition := 1
	for range int(window / time.Second) {
		if _, err := change(ctx, api.client, edition*17%services, edition); err != nil {
			return err
		}
		edition++
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	for _, s := range servers {
		if err := s.read(&s.after); err != nil {
			return err
		}
	}
	for range probes {
		service := edition * 17 % services
		at := time.Now()
		address, err := change(ctx, api.client, service, edition)
		if err != nil {
			return err
		}
		edition++
		if err := awaitTarget(ctx, servers, nameOf(service), address+":8080", at); err != nil {
			return err
		}
	}
	return nil
}

// awaitTarget asks all servers at the same time until each has the target.
func awaitTarget(ctx context.Context, servers []*server, job, address string, since time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	errs := make(chan error)
	for _, s := range servers {
		go func() {
			errs <- instance.Await(ctx, 10*time.Millisecond, func(ctx context.Context) error {
				targets, err := s.targets(ctx, job)
				if err == nil && !slices.Contains(targets, address) {
					err = fmt.Errorf("%s is no target of %s of %s", address, job, s.name)
				}
				if err == nil {
					s.latency = append(s.latency, time.Since(since))
				}
				return err
			})
		}()
	}
	var first error
	for range servers {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func rows(theirs, ours *server, different int) []report.Row {
	cpu := func(s *server) float64 { return report.Milliseconds(s.after.CPU - s.before.CPU) }
	worst := func(d []time.Duration) float64 { return report.Milliseconds(slices.Max(d)) }
	return []report.Row{
		{What: fmt.Sprintf("CPU in the same %.0f s", window.Seconds()), Unit: "ms", Theirs: cpu(theirs), Ours: cpu(ours), Goal: report.AtMost(cpu(theirs) / 100)},
		{What: "RSS", Unit: "MiB", Theirs: report.MiB(theirs.after.RSS), Ours: report.MiB(ours.after.RSS), Goal: report.AtMost(150)},
		{What: "anonymous memory", Unit: "MiB", Theirs: report.MiB(theirs.after.Anonymous), Ours: report.MiB(ours.after.Anonymous)},
		{What: "watches on the API server", Theirs: theirs.watches, Ours: ours.watches},
		{What: "start to all targets", Unit: "ms", Theirs: report.Milliseconds(theirs.start), Ours: report.Milliseconds(ours.start)},
		{
			What: "change to target, median", Unit: "ms", Goal: report.AtMost(1000),
			Theirs: report.Milliseconds(report.Median(theirs.latency)), Ours: report.Milliseconds(report.Median(ours.latency)),
		},
		{What: "jobs with other targets than Prometheus'", Absent: true, Ours: float64(different), Goal: report.AtMost(0)},
		{What: "change to target, slowest", Unit: "ms", Theirs: worst(theirs.latency), Ours: worst(ours.latency), Goal: report.AtMost(1000)},
	}
}
