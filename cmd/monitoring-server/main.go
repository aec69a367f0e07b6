// Command monitoring-server is Prometheus with drop-ins: its flags, its
// configuration file, its API and its data, and a directory of scrape jobs and
// rules that can change at any time. All it does is in package server.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/apiserver"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit code: 0 when the server was asked to stop, 1 when it
// failed, 2 when it was asked for something it cannot do.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	cmd, err := parse(args, stdout)
	switch {
	case errors.Is(err, errHelped):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "Error parsing command line arguments: %s\n", err)
		return 2
	}
	logger := cmd.logger(stderr)
	registerProcess(cmd.options.Registerer)
	cmd.limits.apply(logger)
	if err := apiserver.NoticeDeadConnections(); err != nil {
		fmt.Fprintln(stderr, "monitoring-server:", err)
		return 1
	}

	// Registered before anything slow: until then SIGHUP kills.
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	cmd.options.Reload = asked(ctx, hup)

	if err := server.Run(ctx, cmd.options); err != nil {
		logger.Error("Fatal error", "err", err)
		return 1
	}
	return 0
}
