package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	remoteapi "github.com/prometheus/client_golang/exp/api/remote"
	"github.com/prometheus/prometheus/model/relabel"
)

func (c *command) webFlags(app *kingpin.Application) {
	w := &c.options.Web
	listen := w.ListenAddresses
	w.ListenAddresses = nil // repeatable flags append, their defaults too
	app.Flag("web.listen-address", "Address to listen on for UI, API, and telemetry. Can be repeated.").
		Default(listen...).StringsVar(&w.ListenAddresses)
	app.Flag("web.config.file", "Path to configuration file that can enable TLS or authentication.").
		Default("").StringVar(&w.ConfigFile)
	duration(app.Flag("web.read-timeout", "Maximum duration before timing out read of the request, and closing idle connections."), &w.ReadTimeout)
	app.Flag("web.max-connections", "Maximum number of simultaneous connections across all listeners.").
		Default("512").IntVar(&w.MaxConnections)
	app.Flag("web.max-notifications-subscribers", "Maximum number of clients that receive live notifications at the same time.").
		Default("16").IntVar(&w.MaxSubscribers)
	app.Flag("web.external-url", "The URL under which the server is reachable from outside, for links and alerts. Its path becomes the prefix of all routes. Derived from hostname and port if omitted.").
		PlaceHolder("<URL>").StringVar(&c.externalURL)
	app.Flag("web.route-prefix", "Prefix for the internal routes of web endpoints. Defaults to path of --web.external-url.").
		PlaceHolder("<path>").StringVar(&w.RoutePrefix)
	app.Flag("web.user-assets", "Path to static asset directory, available at /user.").
		PlaceHolder("<path>").StringVar(&w.UserAssets)
	app.Flag("web.page-title", "Document title of the web pages.").
		Default(w.PageTitle).StringVar(&w.PageTitle)
	app.Flag("web.alertmanager-url", "The URL under which people reach Alertmanager, for links to silences. The addresses that alerts are sent to if omitted.").
		PlaceHolder("<URL>").URLVar(&w.AlertmanagerURL)
	app.Flag("web.cors.origin", `Regex for CORS origin. It is fully anchored. Example: 'https?://(domain1|domain2)\.com'`).
		Default(".*").StringVar(&c.corsOrigin)

	app.Flag("web.enable-lifecycle", "Enable shutdown and reload via HTTP request.").
		Default("false").BoolVar(&w.EnableLifecycle)
	app.Flag("web.enable-admin-api", "Enable API endpoints for admin control actions.").
		Default("false").BoolVar(&w.EnableAdminAPI)
	app.Flag("web.enable-remote-write-receiver", "Enable API endpoint accepting remote write requests.").
		Default("false").BoolVar(&w.EnableRemoteWriteReceiver)
	w.RemoteWriteMessages = nil
	known := remoteapi.MessageTypes{remoteapi.WriteV1MessageType, remoteapi.WriteV2MessageType}
	app.Flag("web.remote-write-receiver.accepted-protobuf-messages", "Remote write protobuf messages to accept. Supported values: "+known.String()+". Can be repeated.").
		Default(known.Strings()...).SetValue((*messages)(&w.RemoteWriteMessages))
	app.Flag("web.enable-otlp-receiver", "Enable API endpoint accepting OTLP write requests.").
		Default("false").BoolVar(&w.EnableOTLPReceiver)
	c.server(app, "web.search.max-limit", "Upper bound of the limit parameter of the experimental search API. 0 disables the bound.").
		Default("10000").IntVar(&w.MaxSearchLimit)
}

// finishWeb parses what needs more than one flag.
func (c *command) finishWeb() (err error) {
	w := &c.options.Web
	if w.ExternalURL, err = externalURL(c.externalURL, w.ListenAddresses[0]); err != nil {
		return fmt.Errorf("parse external URL %q: %w", c.externalURL, err)
	}
	origin, err := relabel.NewRegexp(c.corsOrigin)
	if err != nil {
		return fmt.Errorf("could not compile CORS regex string %q: %w", c.corsOrigin, err)
	}
	w.CORSOrigin = origin.Regexp
	return nil
}

// externalURL parses the flag, or makes a URL of the hostname and the port
// listened on. Its path has a leading slash and no trailing one.
func externalURL(flag, listen string) (*url.URL, error) {
	if flag == "" {
		host, err := os.Hostname()
		if err != nil {
			return nil, err
		}
		_, port, err := net.SplitHostPort(listen)
		if err != nil {
			return nil, err
		}
		flag = fmt.Sprintf("http://%s:%s/", host, port)
	}
	// What is left of shell quoting in a manifest.
	if strings.Trim(flag, `"'`) != flag {
		return nil, errors.New("URL must not begin or end with quotes")
	}
	u, err := url.Parse(flag)
	if err != nil {
		return nil, err
	}
	u.Path = strings.TrimRight(u.Path, "/")
	if u.Path != "" && !strings.HasPrefix(u.Path, "/") {
		u.Path = "/" + u.Path
	}
	return u, nil
}

// messages is a repeatable flag of remote write message types.
type messages remoteapi.MessageTypes

// IsCumulative tells kingpin that the flag may be repeated.
func (*messages) IsCumulative() bool { return true }

func (m *messages) String() string {
	return strings.Join(remoteapi.MessageTypes(*m).Strings(), ",")
}

func (m *messages) Set(s string) error {
	t := remoteapi.WriteMessageType(s)
	if err := t.Validate(); err != nil {
		return err
	}
	if slices.Contains(*m, t) {
		return fmt.Errorf("duplicated %v flag value, got %v already", t, *m)
	}
	*m = append(*m, t)
	return nil
}
