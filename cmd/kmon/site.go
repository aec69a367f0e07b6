package main

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/alecthomas/kingpin/v2"
	promconfig "github.com/prometheus/common/config"
)

// site is a program that is asked over HTTP, and how it wants to be asked.
type site struct {
	url    *url.URL
	client *http.Client
}

// httpConfigFlag declares the flag with the file that [openSite] reads. What is secret
// comes by files and never by arguments, which everyone on the machine can read.
func httpConfigFlag(cmd *kingpin.CmdClause, name, whom string, to *string) {
	cmd.Flag(name, "File with basic_auth, tls_config and the like for asking "+whom+", as in Prometheus' http_config. Default: neither.").StringVar(to)
}

// openSite returns the site at a URL. httpConfig may be empty.
func openSite(u *url.URL, httpConfig string) (site, error) {
	if httpConfig == "" {
		return site{u, http.DefaultClient}, nil
	}
	cfg, _, err := promconfig.LoadHTTPConfigFile(httpConfig)
	if err != nil {
		return site{}, fmt.Errorf("HTTP configuration %s: %w", httpConfig, err)
	}
	client, err := promconfig.NewClientFromConfig(*cfg, "kmon")
	if err != nil {
		return site{}, fmt.Errorf("HTTP configuration %s: %w", httpConfig, err)
	}
	return site{u, client}, nil
}
