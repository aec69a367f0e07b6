// Command kmon is for people who write drop-ins: it says what is wrong with one
// before it is applied, and runs the whole without a cluster.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time intervals name places, and images have no zones

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"
)

// The exit codes, which are part of the interface: CI jobs branch on them.
const (
	exitFine     = 0
	exitProblems = 1
	exitCannot   = 2
)

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
	commands := []command{checkCommand(app), runCommand(app), receiveCommand(app), testCommand(app), explainCommand(app), statusCommand(app), migrateCommand(app)}
	name, helped, err := parse(app, args)
	if helped {
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
