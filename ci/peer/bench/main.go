// Command bench runs our server and Prometheus beside each other, under the same
// load, and prints what each needed:
//
//	go run ./bench                   all
//	go run ./bench -run reload       one of reload, discovery, or alone: reload of ours alone
//	go run ./bench -profiles DIR     heap and CPU profiles of both into DIR
//
// It ends with status 1 if a goal of ours is missed.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/discovery"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/profile"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/reload"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/bench/report"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("run", "", "run only this one: reload, alone or discovery")
	profiles := flags.String("profiles", "", "directory for heap and CPU profiles")
	if err := flags.Parse(args); err != nil {
		return err
	}
	missed := 0
	const reloads = "One file changed among 2,000 scrape jobs and 10,000 rules"
	for _, b := range []struct {
		name, title string
		run         func(context.Context, io.Writer, profile.Dir) ([]report.Row, error)
	}{
		{"reload", reloads, reload.Run},
		{"alone", reloads + ", without Prometheus", reload.Alone},
		{"discovery", "500 jobs with cluster-wide discovery over 2,000 endpoints, one EndpointSlice change a second", discovery.Run},
	} {
		if *only != b.name && (*only != "" || b.name == "alone") {
			continue
		}
		rows, err := b.run(ctx, out, profile.Dir(*profiles))
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		missed += report.Print(out, b.title, rows)
	}
	if missed > 0 {
		return fmt.Errorf("%d goals missed", missed)
	}
	return nil
}
