package alertmanager

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

// Options say where everything is.
type Options struct {
	// Live holds the last good versions.
	Live *livedir.Dir
	// Base is the path of the platform's own alertmanager.yml.
	Base string
	// Published is the directory that Alertmanager reads:
	// <Published>/current/alertmanager.yml.
	Published string
	// URL is where Alertmanager answers, with its route prefix.
	URL *url.URL
	// Client asks it.
	Client *http.Client
	// Policy is what drop-ins may do. Its base is set by [New].
	Policy dropin.Policy

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Sink is a [sidecar.DirSink] whose reader is Alertmanager.
type Sink struct {
	*sidecar.DirSink
	reader *reader
	log    *slog.Logger
}

// New reads the base and publishes it, together with what an earlier life of the
// sidecar left, so that Alertmanager can start whatever becomes of the API server.
func New(opts Options) (*Sink, error) {
	log := opts.Logger.With("component", "sink")
	out, err := openOutput(opts.Published)
	if err != nil {
		return nil, err
	}
	r := &reader{
		base:      newBaseFile(opts.Base, opts.Policy, log, opts.Registerer),
		out:       out,
		neighbour: neighbour{url: opts.URL, client: opts.Client},
	}
	if err := r.base.read(); err != nil {
		return nil, err
	}
	s := &Sink{DirSink: sidecar.NewDirSink(opts.Live, r, opts.Logger, opts.Registerer), reader: r, log: log}
	return s, s.prime()
}

// Policy is the policy with the base as it is now.
func (s *Sink) Policy() dropin.Policy { return s.reader.base.policy }

// Ready says that Alertmanager finds a configuration.
func (s *Sink) Ready() bool { return s.reader.out.current != "" }

// prime publishes what can be published without asking anybody.
func (s *Sink) prime() error {
	items := s.Restored()
	for {
		b, _ := dropin.Assemble(items, s.Policy())
		merged, problems, err := s.reader.base.merger.Merge(b, templatesDir)
		switch {
		case err == nil && len(problems) == 0:
			_, err := s.reader.out.publish(merged)
			return err
		case len(items) == 0:
			return fmt.Errorf("publish the base configuration: %w", errors.Join(err, fmt.Errorf("%v", problems)))
		case err != nil:
			s.log.Error("what was published before does not fit the base configuration; starting with the base alone", "err", quoteless(err))
			items = nil
		default:
			items = without(items, problems)
		}
	}
}

func without(items []dropin.Checked, problems []dropin.Problem) []dropin.Checked {
	bad := map[dropin.Ref]bool{}
	for _, p := range problems {
		bad[p.Ref] = true
	}
	var out []dropin.Checked
	for _, it := range items {
		if !bad[it.Ref] {
			out = append(out, it)
		}
	}
	return out
}
