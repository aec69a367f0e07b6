package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

const testHelp = `Test a running stack: the server is ready, every target is up, every rule evaluates, no drop-in is refused,
and the Watchdog alert is in Alertmanager. It tries until all of it holds or the time is over.

Examples:

  kmon test --server http://127.0.0.1:9090
  kmon test --server http://stack-server:9090 --alertmanager http://stack-alertmanager:9093 --timeout 3m`

// askAgain is the time between two tries.
const askAgain = time.Second

// tester holds the flags of kmon test.
type tester struct {
	server, alertmanager *url.URL
	timeout              time.Duration
}

func testCommand(app *kingpin.Application) command {
	t := &tester{}
	cmd := app.Command("test", testHelp)
	cmd.Flag("server", "URL of the server.").Default("http://127.0.0.1:9090").URLVar(&t.server)
	cmd.Flag("alertmanager", "URL of Alertmanager. Without it the way of an alert is not tested.").URLVar(&t.alertmanager)
	cmd.Flag("timeout", "How long to try.").Default("2m").DurationVar(&t.timeout)
	return command{name: cmd.FullCommand(), run: t.run}
}

// proof is one thing that must hold. It returns what it saw.
type proof struct {
	name  string
	check func(context.Context) (string, error)
}

func (t *tester) run(ctx context.Context, s streams) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	proofs := []proof{
		{"server", t.ready}, {"targets", t.targets}, {"rules", t.rules}, {"drop-ins", t.dropIns},
	}
	if t.alertmanager != nil {
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

func (t *tester) ready(ctx context.Context) (string, error) {
	if _, err := ask(ctx, t.server, "-/ready", nil); err != nil {
		return "", err
	}
	var data struct{ Version string }
	err := decodeAPI(ctx, t.server, "status/buildinfo", nil, &data)
	return "ready, Prometheus " + data.Version, err
}

func (t *tester) targets(ctx context.Context) (string, error) {
	var data struct {
		ActiveTargets []struct {
			ScrapeURL, ScrapePool, Health, LastError string
		}
	}
	if err := decodeAPI(ctx, t.server, "targets", url.Values{"state": {"active"}}, &data); err != nil {
		return "", err
	}
	if len(data.ActiveTargets) == 0 {
		return "", fmt.Errorf("there is no target")
	}
	var down []string
	for _, x := range data.ActiveTargets {
		if x.Health != "up" {
			down = append(down, fmt.Sprintf("%s of %s is %s: %s", x.ScrapeURL, x.ScrapePool, x.Health, x.LastError))
		}
	}
	return fmt.Sprintf("%d up", len(data.ActiveTargets)), complain(down, len(data.ActiveTargets), "targets")
}

func (t *tester) rules(ctx context.Context) (string, error) {
	var data struct {
		Groups []struct {
			File  string
			Rules []struct{ Name, Health, LastError string }
		}
	}
	if err := decodeAPI(ctx, t.server, "rules", nil, &data); err != nil {
		return "", err
	}
	var bad []string
	n := 0
	for _, g := range data.Groups {
		for _, r := range g.Rules {
			n++
			// "unknown" is a rule that was not due yet.
			if r.Health == "err" {
				bad = append(bad, fmt.Sprintf("%s of %s: %s", r.Name, g.File, r.LastError))
			}
		}
	}
	if n == 0 {
		return "", fmt.Errorf("there is no rule")
	}
	return fmt.Sprintf("%d in %d groups evaluate", n, len(data.Groups)), complain(bad, n, "rules")
}

func (t *tester) dropIns(ctx context.Context) (string, error) {
	// The server serves what the sidecar reports of all drop-ins, the refused ones too.
	var data struct {
		Items   []json.RawMessage
		Sidecar *struct {
			DropIns []struct {
				Ref      struct{ Namespace, Name, Key string }
				State    string
				Problems []struct{ Message string }
			}
		}
	}
	if err := decodeAPI(ctx, t.server, "status/dropins", nil, &data); err != nil {
		return "", err
	}
	if len(data.Items) == 0 {
		return "", fmt.Errorf("the server runs no drop-in")
	}
	var bad []string
	if data.Sidecar != nil {
		for _, d := range data.Sidecar.DropIns {
			if d.State != "rejected" && d.State != "stale" {
				continue
			}
			why := ""
			if len(d.Problems) > 0 {
				why = ": " + d.Problems[0].Message
			}
			bad = append(bad, fmt.Sprintf("%s/%s/%s is %s%s", d.Ref.Namespace, d.Ref.Name, d.Ref.Key, d.State, why))
		}
	}
	return fmt.Sprintf("%d run, none is refused", len(data.Items)), complain(bad, len(data.Items), "drop-ins")
}

// alerts finds the alert that always fires, which shows that the way to Alertmanager is open.
func (t *tester) alerts(ctx context.Context) (string, error) {
	raw, err := ask(ctx, t.alertmanager, "api/v2/alerts", url.Values{"filter": {"alertname=Watchdog"}})
	if err != nil {
		return "", err
	}
	var alerts []json.RawMessage
	if err := json.Unmarshal(raw, &alerts); err != nil {
		return "", fmt.Errorf("decode Alertmanager's answer: %w", err)
	}
	if len(alerts) == 0 {
		return "", fmt.Errorf("the Watchdog alert has not arrived in Alertmanager")
	}
	return "the Watchdog alert has arrived in Alertmanager", nil
}

// complain makes one error of what is wrong, short enough to be read.
func complain(bad []string, n int, what string) error {
	if len(bad) == 0 {
		return nil
	}
	const show = 5
	list := bad[:min(len(bad), show)]
	more := ""
	if len(bad) > show {
		more = fmt.Sprintf("\n                and %d more", len(bad)-show)
	}
	return fmt.Errorf("%d of %d %s:\n                %s%s", len(bad), n, what, strings.Join(list, "\n                "), more)
}
