package main

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/alecthomas/kingpin/v2"
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

// parse parses the arguments. kingpin expects that Terminate does not return
// and prints help a second time if it does, so the way out of it is a panic.
func parse(app *kingpin.Application, args []string) (name string, helped bool, err error) {
	type terminated struct{}
	app.Terminate(func(int) { panic(terminated{}) })
	defer func() {
		switch r := recover().(type) {
		case nil:
		case terminated:
			helped = true
		default:
			panic(r)
		}
	}()
	// kingpin makes an empty argument of a lone dash. A real empty one, from a
	// shell variable that is not set, must not wait for standard input.
	if slices.Contains(args, "") {
		return "", false, errors.New("an argument is empty")
	}
	name, err = app.Parse(args)
	return name, false, err
}
