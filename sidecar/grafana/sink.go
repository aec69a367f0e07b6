package grafana

import (
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
	// Base is the directory of the chart's own provisioning files, empty for none.
	Base string
	// Published is the directory that Grafana reads. It has the same path there.
	Published string
	// URL is where Grafana answers, with its sub-path.
	URL *url.URL
	// Client asks it.
	Client *http.Client
	// UserFile and PasswordFile hold an administrator's name and password. Without
	// the first the name is admin.
	UserFile, PasswordFile string
	// Policy is what drop-ins may do. The names that the base has are added by [New].
	Policy dropin.Policy

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Sink is a [sidecar.DirSink] whose reader is Grafana.
type Sink struct {
	*sidecar.DirSink
	reader *reader
	policy dropin.Policy
	ready  bool
}

// New writes the files of the base, and of what an earlier life of the sidecar
// left, so that Grafana can start whatever becomes of the API server.
func New(opts Options) (*Sink, error) {
	base, err := readBase(opts.Base)
	if err != nil {
		return nil, err
	}
	r := newReader(opts)
	s := &Sink{DirSink: sidecar.NewDirSink(opts.Live, r, opts.Logger, opts.Registerer), reader: r, policy: opts.Policy}
	s.policy.Reserved = base.claims
	b, _ := dropin.Assemble(s.Restored(), s.policy)
	files, err := r.layout.files(b, base, nil)
	if err != nil {
		return nil, err
	}
	if _, err := r.mirror.write(files); err != nil {
		return nil, fmt.Errorf("write Grafana's files: %w", err)
	}
	// Grafana may have all of it from before, so what is not wanted any more is
	// looked for there.
	if r.have, err = contentsOf(b); err != nil {
		return nil, err
	}
	for name, c := range r.have {
		c.sha = ""
		r.have[name] = c
	}
	s.ready = true
	return s, nil
}

// Policy is the policy with the names that the base has.
func (s *Sink) Policy() dropin.Policy { return s.policy }

// Ready says that Grafana finds its files.
func (s *Sink) Ready() bool { return s.ready }
