// Command kmon is for people who write drop-ins: it says what is wrong with one
// before it is applied, and runs the whole without a cluster.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"
)

// The exit codes, which are part of the interface: CI jobs branch on them.
const (
	exitFine     = 0
	exitProblems = 1
	exitCannot   = 2
)

const help = `Checks and runs drop-ins for kube-monitoring-stack without a cluster.

A drop-in is a key of a ConfigMap with the label kube-monitoring-stack.io/drop-in.`

// command is one subcommand: its name and what it does, returning an exit code.
type command struct {
	name string
	run  func(context.Context, streams) (int, error)
}

// streams are what a process has.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// Run is the program without the process around it. It returns the exit code.
func Run(ctx context.Context, args []string, s streams) int {
	app := kingpin.New("kmon", help).UsageWriter(s.out).ErrorWriter(s.err)
	app.HelpFlag.Short('h')
	app.Version(version.Print("kmon"))
	ended := false
	app.Terminate(func(int) { ended = true })
	commands := []command{checkCommand(app), runCommand(app), receiveCommand(app)}
	name, err := app.Parse(args)
	if ended {
		return exitFine
	}
	if err != nil {
		fmt.Fprintf(s.err, "kmon: %s (try kmon --help)\n", err)
		return exitCannot
	}
	for _, c := range commands {
		if c.name != name {
			continue
		}
		code, err := c.run(ctx, s)
		if err != nil {
			fmt.Fprintln(s.err, "kmon:", err)
			return exitCannot
		}
		return code
	}
	return exitCannot
}
