package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/objectsource"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// sourceFlags say where drop-ins come from besides ConfigMaps.
type sourceFlags struct {
	secretNamespaces string
	objects          string
	selectors        []string
	workload         string
	scrapeInterval   string
	release          string
}

func (f *sourceFlags) add(app *kingpin.Application) {
	app.Flag("secret-namespaces", "Comma list of namespaces whose Secrets may be drop-ins, by the label of ConfigMaps. Default: none.").
		StringVar(&f.secretNamespaces)
	app.Flag("objects", "Kinds of monitoring.coreos.com to read: all that the neighbour can use, none, or a comma list such as ServiceMonitor,PrometheusRule.").
		Default("all").StringVar(&f.objects)
	app.Flag("object-selector", "KIND=SELECTOR: take only objects of the kind with these labels, for instance ServiceMonitor=team in (a,b). Repeat it for other kinds. Default: every object.").
		StringsVar(&f.selectors)
	app.Flag("release", "Name of this release among several in a cluster: objects with the label kube-monitoring-stack.io/release are taken only if it has this value. Those without it always are. Default: the label is not looked at.").
		StringVar(&f.release)
	app.Flag("workload", "NAMESPACE/NAME of the release, by which conditions in the status of objects are known. Default: no conditions are written.").
		StringVar(&f.workload)
	app.Flag("scrape-interval", "The server's global scrape_interval, against which scrapeTimeout of objects without an interval is held.").
		Default("1m").StringVar(&f.scrapeInterval)
}

// inputs are the sources and what belongs to them.
type inputs struct {
	sources   []sidecar.Source
	reporters []sidecar.Reporter
	runners   []runner
}

func (f *sourceFlags) build(ctx context.Context, api *cluster, all *flags, log *slog.Logger) (*inputs, error) {
	in, err := f.read(ctx, api, all, log)
	if err == nil && f.release != "" {
		for i, source := range in.sources {
			in.sources[i] = sidecar.ForRelease(source, f.release)
		}
	}
	return in, err
}

// read makes the sources of everything, whichever release it is for.
func (f *sourceFlags) read(ctx context.Context, api *cluster, all *flags, log *slog.Logger) (*inputs, error) {
	in := &inputs{}
	namespaces := list(all.namespaces)
	if len(namespaces) == 0 {
		namespaces = []string{""}
	}
	for _, ns := range namespaces {
		in.sources = append(in.sources, union(all.forWhom, func(selector string) sidecar.Source {
			return sidecar.NewConfigMaps(api.core, ns, selector, log)
		}))
	}
	for _, ns := range list(f.secretNamespaces) {
		in.sources = append(in.sources, union(all.forWhom, func(selector string) sidecar.Source {
			return sidecar.NewSecrets(api.core, ns, selector, log)
		}))
	}
	kinds, err := f.kinds(all.forWhom)
	if err != nil || len(kinds) == 0 {
		return in, err
	}
	selectors, err := f.objectSelectors()
	if err != nil {
		return nil, err
	}
	served := objectsource.NewServed(api.discovery)
	var conditions *objectsource.Conditions
	if f.workload != "" {
		namespace, name, ok := strings.Cut(f.workload, "/")
		if !ok || namespace == "" || name == "" {
			return nil, fmt.Errorf("--workload=%s: write NAMESPACE/NAME", f.workload)
		}
		conditions = objectsource.NewConditions(api.objects, served, objectsource.Workload{
			Resource: workloadResource(all.forWhom), Namespace: namespace, Name: name,
		}, log)
		in.reporters, in.runners = append(in.reporters, conditions), append(in.runners, conditions)
	}
	opts := operatorobjects.DefaultOptions()
	opts.Logger, opts.Trusted, opts.ScrapeInterval = log, list(all.trusted), f.scrapeInterval
	if all.forWhom == forAlertmanager {
		if opts.AlertmanagerBase, err = globalOf(all.neighbour.baseConfig); err != nil {
			return nil, err
		}
	}
	converter := operatorobjects.New(opts)
	references := objectsource.NewReferences(ctx, api.core, log)
	for _, kind := range kinds {
		for _, ns := range namespaces {
			in.sources = append(in.sources, objectsource.New(objectsource.Options{
				Kind: kind, Namespace: ns, Selector: selectors[kind],
				Client: api.objects, Served: served, References: references, Conditions: conditions,
				Converter: converter, Logger: log,
			}))
		}
	}
	return in, nil
}

// workloadResource is what the CRDs call something like the neighbour.
func workloadResource(forWhom string) string {
	if forWhom == forAlertmanager {
		return "alertmanagers"
	}
	return "prometheuses"
}

// kinds returns the kinds of objects that the neighbour can use and the flag names.
func (f *sourceFlags) kinds(forWhom string) ([]operatorobjects.Kind, error) {
	usable := slices.DeleteFunc(operatorobjects.Kinds(), func(k operatorobjects.Kind) bool {
		return !slices.Contains(kindsOf(forWhom), k.DropIn())
	})
	switch f.objects {
	case "all":
		return usable, nil
	case "none":
		return nil, nil
	}
	var kinds []operatorobjects.Kind
	for _, name := range list(f.objects) {
		kind := operatorobjects.Kind(name)
		if !slices.Contains(operatorobjects.Kinds(), kind) {
			return nil, fmt.Errorf("--objects=%s: there is no kind %s; write all, none, or some of %v", f.objects, name, operatorobjects.Kinds())
		}
		// One list may serve several sidecars.
		if slices.Contains(usable, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds, nil
}

func (f *sourceFlags) objectSelectors() (map[operatorobjects.Kind]string, error) {
	out := map[operatorobjects.Kind]string{}
	for _, s := range f.selectors {
		kind, selector, ok := strings.Cut(s, "=")
		if !ok || !slices.Contains(operatorobjects.Kinds(), operatorobjects.Kind(kind)) {
			return nil, fmt.Errorf("--object-selector=%s: write KIND=SELECTOR, with one of %v", s, operatorobjects.Kinds())
		}
		if _, err := labels.Parse(selector); err != nil {
			return nil, fmt.Errorf("--object-selector=%s: %w", s, err)
		}
		out[operatorobjects.Kind(kind)] = selector
	}
	return out, nil
}
