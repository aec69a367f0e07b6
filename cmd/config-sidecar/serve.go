package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

// selector leaves out what the sidecars of other components serve, dashboards
// above all, which are large. What has a label value nobody knows is selected,
// so that its owner can be told.
var selector = fmt.Sprintf("%[1]s,%[1]s notin (%s,%s,%s)", dropin.Label, dropin.KindDashboard, dropin.KindDatasource, dropin.KindAlertmanager)

// serve runs until ctx ends.
func serve(ctx context.Context, f *flags, log *slog.Logger) error {
	client, err := connect(f.kubeconfig)
	if err != nil {
		return err
	}
	dir, err := livedir.Open(f.liveDir)
	if err != nil {
		return err
	}
	reload, err := sidecar.NewHTTPReloader(f.reloadURL)
	if err != nil {
		return err
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector("kube_monitoring_stack_sidecar"),
	)
	host, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("own name for Events: %w", err)
	}
	events := sidecar.NewEvents(client, host, log)

	opts := sidecar.DefaultOptions()
	opts.Logger, opts.Registerer = log, reg
	opts.Policy = dropin.Policy{Trusted: list(f.trusted), MaxBytes: int(f.maxBytes)}
	opts.Sources = sources(client, list(f.namespaces), log)
	opts.Reporters = []sidecar.Reporter{events}
	opts.WriteStatus = dir.WriteStatus
	sink := sidecar.NewDirSink(dir, reload, opts)
	opts.Sink, opts.Restored = sink, sink.Restored()
	s, err := sidecar.New(opts)
	if err != nil {
		return err
	}

	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	log.Info("config-sidecar started", "address", listener.Addr().String(), "live_dir", f.liveDir, "restored", len(opts.Restored))
	return runAll(ctx, s, events, &http.Server{
		Handler:           s.Handler(sink.Ready, reg),
		ReadHeaderTimeout: 10 * time.Second,
	}, listener)
}

// runAll runs the parts until ctx ends or one of them fails.
func runAll(ctx context.Context, s *sidecar.Sidecar, events *sidecar.Events, web *http.Server, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	var webErr error
	wg.Go(func() {
		defer cancel()
		if err := web.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			webErr = fmt.Errorf("serve: %w", err)
		}
	})
	wg.Go(func() { events.Run(ctx) })
	err := s.Run(ctx)
	cancel()
	// Close and not Shutdown: what is served are probes and scrapes, and nobody
	// waits for the last of them.
	err = errors.Join(err, web.Close())
	wg.Wait()
	return errors.Join(err, webErr)
}

func sources(client kubernetes.Interface, namespaces []string, log *slog.Logger) []sidecar.Source {
	if len(namespaces) == 0 {
		namespaces = []string{""}
	}
	var out []sidecar.Source
	for _, ns := range namespaces {
		out = append(out, sidecar.NewConfigMaps(client, ns, selector, log))
	}
	return out
}

func connect(kubeconfig string) (kubernetes.Interface, error) {
	cfg, err := restConfig(kubeconfig)
	if err != nil {
		return nil, err
	}
	// Protobuf takes a fraction of JSON's memory to decode, which for thousands
	// of ConfigMaps decides the process's peak. The few Events are sent as JSON.
	cfg.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	cfg.UserAgent = "config-sidecar"
	cfg.QPS, cfg.Burst = 20, 40
	client, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("API server client: %w", err)
	}
	return client, nil
}

func restConfig(kubeconfig string) (*rest.Config, error) {
	if kubeconfig != "" {
		cfg, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
		if err != nil {
			return nil, fmt.Errorf("kubeconfig: %w", err)
		}
		return cfg, nil
	}
	cfg, err := rest.InClusterConfig()
	if err != nil {
		return nil, fmt.Errorf("no --kubeconfig is given and this is no pod: %w", err)
	}
	return cfg, nil
}
