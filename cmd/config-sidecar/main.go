// Command config-sidecar watches drop-ins, publishes those that are good and has
// the monitoring server beside it reload.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time intervals name places, and images have no zones

	"k8s.io/klog/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/apiserver"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/residency"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, errHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "config-sidecar:", err)
		stop()
		os.Exit(1)
	}
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	// What ran before main is most of what is linked, and never runs again.
	unmapErr := residency.UnmapProgram()
	f, err := parse(args, stdout)
	if err != nil {
		return err
	}
	log := f.logger(stderr)
	if os.Getenv("GOGC") == "" {
		// Idle nearly always, with a small heap: a little more collecting costs
		// nothing that can be measured and memory is what a sidecar is judged by.
		var room residency.Pacer
		room.Configure(50)
		go room.Run(ctx)
	}
	log.Debug("pages of the program were given back", "err", unmapErr)
	klog.SetSlogLogger(log.With("component", "client-go"))
	if err := apiserver.NoticeDeadConnections(); err != nil {
		return err
	}
	return serve(ctx, f, log)
}
