// Package discovery measures what it costs to find targets in a large cluster,
// against a real API server: 500 jobs that each discover all of 2,000
// endpoints and keep four, while an EndpointSlice changes each second.
package discovery

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/profile"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/report"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
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
	api, err := startAPIServer(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer api.stop()
	if err := create(ctx, api.client); err != nil {
		return nil, err
	}
	fmt.Fprintf(log, "API server: %d namespaces, %d Services and EndpointSlices, %d Pods\n", namespaces, services, endpoints)

	var servers [2]*server
	for i, p := range []build.Program{build.Prometheus(), build.Server()} {
		pods := newPods()
		defer pods.web.Close()
		if servers[i], err = startServer(ctx, api, p, pods); err != nil {
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
	for i := range probes {
		at := time.Now()
		address, err := createProbe(ctx, api.client, i)
		if err != nil {
			return err
		}
		if err := awaitScrape(ctx, servers, address+":8080", at); err != nil {
			return err
		}
	}
	return nil
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
		{What: "of it anonymous", Unit: "MiB", Theirs: report.MiB(theirs.after.Anonymous), Ours: report.MiB(ours.after.Anonymous)},
		{What: "of it pages of files, the program's above all", Unit: "MiB", Theirs: report.MiB(theirs.after.RSS - theirs.after.Anonymous), Ours: report.MiB(ours.after.RSS - ours.after.Anonymous)},
		{What: "watches on the API server", Theirs: theirs.watches, Ours: ours.watches},
		{What: "start to all targets", Unit: "ms", Theirs: report.Milliseconds(theirs.start), Ours: report.Milliseconds(ours.start)},
		{
			What: "change to target, median", Unit: "ms", Goal: report.AtMost(1000),
			Theirs: report.Milliseconds(report.Median(theirs.latency)), Ours: report.Milliseconds(report.Median(ours.latency)),
		},
		{
			What: "new endpoint to first scrape, each " + probeInterval.String() + ", median", Unit: "ms", Goal: report.AtMost(1000),
			Theirs: report.Milliseconds(report.Median(theirs.scraped)), Ours: report.Milliseconds(report.Median(ours.scraped)),
		},
		{What: "new endpoint to first scrape, slowest", Unit: "ms", Theirs: worst(theirs.scraped), Ours: worst(ours.scraped)},
		{What: "jobs with other targets than Prometheus'", Absent: true, Ours: float64(different), Goal: report.AtMost(0)},
		{What: "change to target, slowest", Unit: "ms", Theirs: worst(theirs.latency), Ours: worst(ours.latency), Goal: report.AtMost(1000)},
	}
}
