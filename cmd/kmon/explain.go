package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/alecthomas/kingpin/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/explain"
)

const explainHelp = `Say why a pod, Service, node or address is scraped, or why not, and what to do about it.
It exits with 1 if nothing scrapes the object.

Examples:

  kubectl -n monitoring port-forward svc/kube-monitoring-stack-server 9090 &
  kmon explain payments/api-0
  kmon explain service/payments/api --job payments/api/job.yaml/api --verbose
  kmon explain 10.0.0.7:8080`

// explainer holds the flags of kmon explain.
type explainer struct {
	server  *url.URL
	config  string
	target  string
	job     string
	verbose bool
	all     bool
	json    bool
}

func explainCommand(app *kingpin.Application) command {
	e := &explainer{}
	cmd := app.Command("explain", explainHelp)
	cmd.Arg("object", "NAMESPACE/NAME, pod/NAMESPACE/NAME, service/NAMESPACE/NAME, ingress/NAMESPACE/NAME, node/NAME or IP:PORT.").Required().StringVar(&e.target)
	cmd.Flag("server", "URL of the server.").Default("http://127.0.0.1:9090").URLVar(&e.server)
	httpConfigFlag(cmd, "http-config", "it", &e.config)
	cmd.Flag("job", "Look at this job only: its name, its drop-in's NAMESPACE/NAME/KEY, or both joined by a slash.").StringVar(&e.job)
	cmd.Flag("verbose", "Show each target with each step of relabeling and what it changed.").Short('v').BoolVar(&e.verbose)
	cmd.Flag("all", "List also the jobs that could never match.").BoolVar(&e.all)
	cmd.Flag("json", "Print the server's answer as it is.").BoolVar(&e.json)
	return command{name: cmd.FullCommand(), run: e.run}
}

func (e *explainer) run(ctx context.Context, s streams) (int, error) {
	if _, err := explain.Parse(e.target); err != nil {
		return exitCannot, err
	}
	raw, err := e.ask(ctx)
	if err != nil {
		return exitCannot, err
	}
	var a explain.Answer
	if err := json.Unmarshal(raw, &a); err != nil {
		return exitCannot, fmt.Errorf("decode the server's answer: %w", err)
	}
	if e.json {
		_, err = fmt.Fprintln(s.out, string(raw))
	} else {
		_, err = io.WriteString(s.out, explained(a, e.verbose || e.job != "", e.verbose))
	}
	if err != nil {
		return exitCannot, err
	}
	if !a.Scraped {
		return exitProblems, nil
	}
	return exitFine, nil
}

// ask returns the data of the server's answer.
func (e *explainer) ask(ctx context.Context) (json.RawMessage, error) {
	q := url.Values{"target": {e.target}}
	if e.job != "" {
		q.Set("job", e.job)
	}
	for name, on := range map[string]bool{"verbose": e.verbose, "all": e.all} {
		if on {
			q.Set(name, "true")
		}
	}
	server, err := openSite(e.server, e.config)
	if err != nil {
		return nil, err
	}
	data, err := askAPI(ctx, server, "explain", q)
	if web, ok := errors.AsType[*webError](err); ok && web.status == http.StatusNotFound {
		return nil, fmt.Errorf("%s does not explain: it is no monitoring-server, or an old one", e.server.Redacted())
	}
	return data, err
}
