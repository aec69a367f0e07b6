package main

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

const testHelp = `Test a running stack: the server is ready, every target is up, every rule evaluates, no drop-in is refused,
and the Watchdog alert is in Alertmanager. It tries until all of it holds or the time is over.

Examples:

  kmon test --server http://127.0.0.1:9090
  kmon test --server http://stack-server:9090 --alertmanager http://stack-alertmanager:9093 --timeout 3m

  Shards, of which each has some of the targets:
    kmon test --server http://server-0.servers:9090 --server http://server-shard-1-0.servers:9090

  A server that wants a password and whose certificate is of an authority of your own. The file is Prometheus' http_config:
    kmon test --server https://stack-server:9090 --server-http-config http.yml`

// askAgain is the time between two tries.
const askAgain = time.Second

// tester holds the flags of kmon test.
type tester struct {
	urls            []*url.URL
	alertmanagerURL *url.URL
	serverConfig    string
	otherConfig     string // of Alertmanager
	timeout         time.Duration

	servers      []site
	alertmanager site
}

func testCommand(app *kingpin.Application) command {
	t := &tester{}
	cmd := app.Command("test", testHelp)
	cmd.Flag("server", "URL of the server. May be repeated: all are tested.").Default("http://127.0.0.1:9090").URLListVar(&t.urls)
	httpConfigFlag(cmd, "server-http-config", "the server", &t.serverConfig)
	cmd.Flag("alertmanager", "URL of Alertmanager. Without it the way of an alert is not tested.").URLVar(&t.alertmanagerURL)
	httpConfigFlag(cmd, "alertmanager-http-config", "Alertmanager", &t.otherConfig)
	cmd.Flag("timeout", "How long to try.").Default("2m").DurationVar(&t.timeout)
	return command{name: cmd.FullCommand(), run: t.run}
}

// open makes the clients of all that is asked.
func (t *tester) open() (err error) {
	for _, u := range t.urls {
		s, err := openSite(u, t.serverConfig)
		if err != nil {
			return err
		}
		t.servers = append(t.servers, s)
	}
	if t.alertmanagerURL != nil {
		t.alertmanager, err = openSite(t.alertmanagerURL, t.otherConfig)
	}
	return err
}

// proof is one thing that must hold. It returns what it saw.
type proof struct {
	name  string
	check func(context.Context) (string, error)
}

func (t *tester) run(ctx context.Context, s streams) (int, error) {
	if err := t.open(); err != nil {
		return exitCannot, err
	}
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	proofs := []proof{
		{"server", t.ready}, {"targets", t.targets}, {"rules", t.each(rulesOf)}, {"drop-ins", t.each(dropInsOf)},
	}
	if t.alertmanagerURL != nil {
		proofs = append(proofs, proof{"alerts", t.alerts})
	}
	failed := 0
	for _, p := range proofs {
		saw, err := until(ctx, p.check)
		if err != nil {
			failed++
			fmt.Fprintf(s.out, "FAIL  %-9s %s\n", p.name, err)
			continue
		}
		fmt.Fprintf(s.out, "ok    %-9s %s\n", p.name, saw)
	}
	if failed > 0 {
		return exitProblems, nil
	}
	return exitFine, nil
}

// until tries check until it holds or ctx ends, at least once, and returns its last error.
func until(ctx context.Context, check func(context.Context) (string, error)) (string, error) {
	tick := time.NewTicker(askAgain)
	defer tick.Stop()
	for {
		// The time limit is for the whole, so a proof that comes late still gets its one try.
		saw, err := check(context.WithoutCancel(ctx))
		if err == nil {
			return saw, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", err
		}
	}
}
