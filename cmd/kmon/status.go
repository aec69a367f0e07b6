package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

const statusHelp = `Show what became of each drop-in: whether it is in use, and what is wrong if it is not.
It asks the server, sidecars by their URLs, or all sidecars that the pods of a namespace have.
It exits with 1 if a drop-in is refused or something could not be brought into use.

Examples:

  kmon status
  kmon status --namespace=monitoring --drop-ins=payments
  kmon status --server=http://127.0.0.1:9090 --output=json
  kmon status --sidecar=http://127.0.0.1:9096 --all`

// statusAsker holds the flags of kmon status.
type statusAsker struct {
	server     *url.URL
	config     string
	sidecars   []*url.URL
	kubeconfig string
	namespace  string
	only       []string
	output     string
	all        bool
}

func statusCommand(app *kingpin.Application) command {
	a := &statusAsker{}
	cmd := app.Command("status", statusHelp)
	cmd.Flag("server", "URL of a server, which knows what the sidecar beside it does.").URLVar(&a.server)
	httpConfigFlag(cmd, "http-config", "the server", &a.config)
	cmd.Flag("sidecar", "URL of a sidecar. May be repeated.").URLListVar(&a.sidecars)
	cmd.Flag("kubeconfig", "Path of a kubeconfig, for the sidecars of a cluster. Default: as kubectl finds it.").StringVar(&a.kubeconfig)
	cmd.Flag("namespace", "Where the release is. Default: that of the kubeconfig's context.").Short('n').StringVar(&a.namespace)
	cmd.Flag("drop-ins", "Show drop-ins of this namespace only. May be repeated.").StringsVar(&a.only)
	cmd.Flag("output", "table or json.").Short('o').Default("table").EnumVar(&a.output, "table", "json")
	cmd.Flag("all", "List also the drop-ins that are in use.").BoolVar(&a.all)
	return command{name: cmd.FullCommand(), run: a.run}
}

// statusReport is what all that were asked say together.
type statusReport struct {
	Sources []statusSource `json:"sources"`
	DropIns []dropInStatus `json:"dropIns"`
}

// statusSource is who was asked.
type statusSource struct {
	Name      string `json:"name"`
	Synced    bool   `json:"synced"`
	Digest    string `json:"digest,omitempty"`
	Confirmed string `json:"confirmed,omitempty"`
	// Error is why its newest set is not in use, or why it did not answer.
	Error string `json:"error,omitempty"`

	dropIns  []sidecar.DropIn
	answered bool
}

// dropInStatus is what is known of one drop-in.
type dropInStatus struct {
	sidecar.DropIn
	// Sources say so; others, if there are more, say that all is better.
	Sources []string `json:"sources"`
}

func (a *statusAsker) run(ctx context.Context, s streams) (int, error) {
	sources, err := a.ask(ctx)
	if err != nil {
		return exitCannot, err
	}
	if !slices.ContainsFunc(sources, func(x statusSource) bool { return x.answered }) {
		var errs []error
		for _, x := range sources {
			errs = append(errs, fmt.Errorf("%s: %s", x.Name, x.Error))
		}
		return exitCannot, errors.Join(errs...)
	}
	r := merged(sources, a.only)
	if a.output == "json" {
		err = writeJSON(s.out, r)
	} else {
		err = r.table(s.out, a.all)
	}
	if err != nil {
		return exitCannot, err
	}
	if r.bad() {
		return exitProblems, nil
	}
	return exitFine, nil
}

// merged puts together what sources say. Replicas agree when all is well; when they
// do not, the worst counts.
func merged(sources []statusSource, only []string) statusReport {
	worst := map[dropin.Ref]*dropInStatus{}
	for _, src := range sources {
		for _, d := range src.dropIns {
			if len(only) > 0 && !slices.Contains(only, d.Ref.Namespace) {
				continue
			}
			have := worst[d.Ref]
			switch {
			case have == nil || rank(d.State) > rank(have.State):
				worst[d.Ref] = &dropInStatus{DropIn: d, Sources: []string{src.Name}}
			case d.State == have.State:
				have.Sources = append(have.Sources, src.Name)
			}
		}
	}
	r := statusReport{Sources: sources, DropIns: []dropInStatus{}}
	for _, d := range worst {
		r.DropIns = append(r.DropIns, *d)
	}
	slices.SortFunc(r.DropIns, func(x, y dropInStatus) int {
		return cmp.Or(cmp.Compare(rank(y.State), rank(x.State)), x.Ref.Compare(y.Ref))
	})
	return r
}

// rank orders states, the worst last.
func rank(s sidecar.State) int {
	return slices.Index([]sidecar.State{sidecar.StateActive, sidecar.StatePending, sidecar.StateStale, sidecar.StateRejected}, s)
}

// bad says whether somebody should do something.
func (r statusReport) bad() bool {
	return slices.ContainsFunc(r.Sources, func(s statusSource) bool { return s.Error != "" }) ||
		slices.ContainsFunc(r.DropIns, func(d dropInStatus) bool { return rank(d.State) >= rank(sidecar.StateStale) })
}
