package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

func (t *tester) ready(ctx context.Context) (string, error) {
	var data struct{ Version string }
	for _, s := range t.servers {
		if _, err := ask(ctx, s, "-/ready", nil); err != nil {
			return "", err
		}
		if err := decodeAPI(ctx, s, "status/buildinfo", nil, &data); err != nil {
			return "", err
		}
	}
	return t.of("ready, Prometheus " + data.Version), nil
}

// of says of how many servers something was seen, if there are several.
func (t *tester) of(saw string) string {
	if len(t.servers) > 1 {
		saw += fmt.Sprintf(" (%d servers)", len(t.servers))
	}
	return saw
}

// each is a proof that holds if it does for every server.
func (t *tester) each(check func(context.Context, site) (string, error)) func(context.Context) (string, error) {
	return func(ctx context.Context) (saw string, err error) {
		for _, s := range t.servers {
			if saw, err = check(ctx, s); err != nil {
				return "", err
			}
		}
		return t.of(saw), nil
	}
}

// targets looks at those of all servers together: a shard may have none.
func (t *tester) targets(ctx context.Context) (string, error) {
	var down []string
	n := 0
	for _, s := range t.servers {
		var data struct {
			ActiveTargets []struct {
				ScrapeURL, ScrapePool, Health, LastError string
			}
		}
		if err := decodeAPI(ctx, s, "targets", url.Values{"state": {"active"}}, &data); err != nil {
			return "", err
		}
		n += len(data.ActiveTargets)
		for _, x := range data.ActiveTargets {
			if x.Health != "up" {
				down = append(down, fmt.Sprintf("%s of %s is %s: %s", x.ScrapeURL, x.ScrapePool, x.Health, x.LastError))
			}
		}
	}
	if n == 0 {
		return "", fmt.Errorf("there is no target")
	}
	return t.of(fmt.Sprintf("%d up", n)), complain(down, n, "targets")
}

func rulesOf(ctx context.Context, s site) (string, error) {
	var data struct {
		Groups []struct {
			File  string
			Rules []struct{ Name, Health, LastError string }
		}
	}
	if err := decodeAPI(ctx, s, "rules", nil, &data); err != nil {
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

func dropInsOf(ctx context.Context, s site) (string, error) {
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
	if err := decodeAPI(ctx, s, "status/dropins", nil, &data); err != nil {
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
