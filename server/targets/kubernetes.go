package targets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/version"
	"github.com/prometheus/prometheus/discovery"
	sdk8s "github.com/prometheus/prometheus/discovery/kubernetes"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const ownNamespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

// ClientFunc makes the client for a kubeconfig file; the empty path is the
// service account of the pod we are in.
type ClientFunc func(kubeconfig string) (kubernetes.Interface, error)

// NewClient is the ClientFunc that makes real clients, as upstream does.
func NewClient(kubeconfig string) (kubernetes.Interface, error) {
	var cfg *rest.Config
	var err error
	if kubeconfig == "" {
		cfg, err = rest.InClusterConfig()
	} else {
		cfg, err = clientcmd.BuildConfigFromFlags("", kubeconfig)
	}
	if err != nil {
		return nil, err
	}
	cfg.UserAgent = version.PrometheusUserAgent()
	cfg.ContentType = "application/vnd.kubernetes.protobuf"
	return kubernetes.NewForConfig(cfg)
}

// watches are all watches of the process. They are made by Apply and never
// ended before the Router is: a role that some job needed is cheap to keep,
// compared to listing it again when the next one does.
type watches struct {
	ctx       context.Context
	logger    *slog.Logger
	newClient ClientFunc
	events    *prometheus.CounterVec
	failures  prometheus.Counter
	updates   chan update

	servers map[string]*informers // by kubeconfig
	open    map[watchKey]*watch
}

type watchKey struct {
	kubeconfig string
	role       sdk8s.Role
	meta       sdk8s.AttachMetadataConfig
}

// shareable returns the configurations that one watch for all can serve.
// Selectors are sent to the API server, and an api_server comes with
// credentials of its own; both go through upstream's discovery unchanged.
func shareable(c discovery.Config) (*sdk8s.SDConfig, bool) {
	k, ok := c.(*sdk8s.SDConfig)
	return k, ok && k.APIServer.URL == nil && len(k.Selectors) == 0
}

// subscribe returns the watch for c and the namespaces it is confined to.
func (w *watches) subscribe(c *sdk8s.SDConfig) (*watch, map[string]bool, error) {
	spaces, err := confinement(c)
	if err != nil {
		return nil, nil, err
	}
	key := watchKey{c.KubeConfig, c.Role, c.AttachMetadata}
	wa := w.open[key]
	if wa == nil {
		inf := w.servers[c.KubeConfig]
		if inf == nil {
			client, err := w.newClient(c.KubeConfig)
			if err != nil {
				return nil, nil, fmt.Errorf("kubernetes client: %w", err)
			}
			inf = newInformers(w.ctx, client, w.failures)
			w.servers[c.KubeConfig] = inf
		}
		wa = &watch{
			ctx: w.ctx, logger: w.logger, role: c.Role, meta: c.AttachMetadata,
			informers: inf, events: w.events, updates: w.updates,
			wanted: map[string]bool{}, running: map[string]bool{},
		}
		w.open[key] = wa
	}
	wa.want(spaces)
	return wa, spaces, nil
}

// confinement returns the namespaces a configuration names, nil for all. The
// role node has none, whatever is configured.
func confinement(c *sdk8s.SDConfig) (map[string]bool, error) {
	n := c.NamespaceDiscovery
	if c.Role == sdk8s.RoleNode || len(n.Names) == 0 && !n.IncludeOwnNamespace {
		return nil, nil
	}
	out := map[string]bool{}
	for _, name := range n.Names {
		out[name] = true
	}
	if n.IncludeOwnNamespace {
		own, err := os.ReadFile(ownNamespaceFile)
		if err != nil {
			return nil, fmt.Errorf("could not determine the pod's namespace: %w", err)
		}
		if len(own) == 0 {
			return nil, errors.New("could not read own namespace name (empty file)")
		}
		out[string(own)] = true
	}
	return out, nil
}
