// Command cluster starts a real Kubernetes cluster on one Linux machine without
// Docker, a registry or the internet beyond Go modules and Debian packages, and installs the stack
// on it. Where Docker and kind are at hand it uses these instead.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/layout"
)

const usage = `usage: cluster [flags] COMMAND

  up           start the cluster, build and import the images, install the chart
  down         end everything and remove the cluster's state; --all removes the built programs too
  build        only build the programs
  images       build the images that the chart names and import them into the nodes
  status       what runs
  node-kill N  pull the plug of node N
  node-start N put it back in
  apiserver-stop, apiserver-start   end the API server alone, and bring it back

flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			explain(os.Stderr, err)
		}
		os.Exit(1)
	}
}

// options are the settings of one call.
type options struct {
	layout      layout.Layout
	root        string // of the project
	nodes       int    // 0: as many as there are, or one
	clusterOnly bool
	set         []string // chart values that the kind of cluster needs
	values      []string // files of values whose images are wanted too
	// policies has NetworkPolicies enforced. What enforces them takes minutes to build.
	policies bool
	all      bool
	timeout  time.Duration
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("cluster", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	var o options
	dir := flags.String("dir", os.Getenv("CLUSTER_DIR"), "where the cluster lives (CLUSTER_DIR; default .cluster in the project)")
	flags.IntVar(&o.layout.ID, "id", number("CLUSTER_ID"), "0 to 9, another one for each cluster on a machine (CLUSTER_ID)")
	flags.IntVar(&o.nodes, "nodes", number("NODES"), "how many nodes `up` starts (NODES; default 1, or as many as there were)")
	flags.BoolVar(&o.clusterOnly, "cluster-only", false, "stop after the cluster: no images, no chart")
	flags.Func("values", "up, images: a file of chart values whose images are wanted too, though it is not installed; may be repeated", func(file string) error {
		o.values = append(o.values, file)
		return nil
	})
	flags.BoolVar(&o.policies, "network-policies", number("NETWORK_POLICIES") > 0, "build: what enforces NetworkPolicies too; a cluster that has it uses it (NETWORK_POLICIES=1)")
	flags.BoolVar(&o.all, "all", false, "down: remove the built programs and caches too")
	flags.DurationVar(&o.timeout, "timeout", 5*time.Minute, "how long pods may take to become ready")
	// Flags may stand on either side of the command, as people type them.
	var words []string
	for rest := args; ; {
		if err := flags.Parse(rest); err != nil {
			return err
		}
		if flags.NArg() == 0 {
			break
		}
		words, rest = append(words, flags.Arg(0)), flags.Args()[1:]
	}
	if len(words) == 0 {
		flags.Usage()
		return flag.ErrHelp
	}
	if o.layout.ID < 0 || o.layout.ID > layout.MaxID {
		return fmt.Errorf("--id is %d, and must be 0 to %d", o.layout.ID, layout.MaxID)
	}
	if o.nodes < 0 || o.nodes > layout.MaxNodes {
		return fmt.Errorf("NODES is %d, and must be 1 to %d", o.nodes, layout.MaxNodes)
	}
	var err error
	// The programs that `up` starts run from anywhere, and are told where.
	if o.root, err = projectRoot("."); err != nil && *dir == "" {
		return err
	}
	if *dir == "" {
		*dir = filepath.Join(o.root, ".cluster")
	}
	if o.layout.Dir, err = filepath.Abs(*dir); err != nil {
		return err
	}
	return command(ctx, o, words, stdout)
}

// number reads a number from the environment. One that cannot be read becomes -1, which no setting allows.
func number(variable string) int {
	text := os.Getenv(variable)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}
