package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// readCluster reads the objects from which an operator makes a Prometheus and an
// Alertmanager, as the values that would have made them.
func (m *migrator) readCluster(ctx context.Context) (map[string]any, []string, error) {
	cfg, namespace, err := clusterConfig(m.kubeconfig)
	if err != nil {
		return nil, nil, err
	}
	if m.from != "" {
		namespace = m.from
	}
	m.from = namespace
	client, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return nil, nil, fmt.Errorf("API server client: %w", err)
	}
	values := map[string]any{}
	var notes []string
	for _, kind := range []struct{ resource, component, spec string }{
		{"prometheuses", "prometheus", "prometheusSpec"},
		{"alertmanagers", "alertmanager", "alertmanagerSpec"},
	} {
		list, err := objects(ctx, client, kind.resource, namespace)
		if err != nil {
			return nil, nil, err
		}
		for i, o := range list {
			spec, _ := o.Object["spec"].(map[string]any)
			if i > 0 {
				notes = append(notes, fmt.Sprintf("%s %s/%s is another one; install a release of its own for it.", o.GetKind(), namespace, o.GetName()))
				continue
			}
			values[kind.component] = map[string]any{kind.spec: withoutDefaults(spec)}
		}
	}
	if len(values) == 0 {
		return nil, nil, fmt.Errorf("namespace %s has neither a Prometheus nor an Alertmanager of %s: choose another by --from-namespace, or give --values", namespace, operatorobjects.Group)
	}
	for _, kind := range operatorobjects.Kinds() {
		list, err := objects(ctx, client, kind.Resource(), "")
		if err != nil {
			return nil, nil, err
		}
		if len(list) > 0 {
			notes = append(notes, fmt.Sprintf("%s of kind %s: they are taken as they are, while their CRD is in the cluster.", count(len(list), "object"), kind))
		}
	}
	return values, notes, nil
}

func objects(ctx context.Context, client dynamic.Interface, resource, namespace string) ([]unstructured.Unstructured, error) {
	for _, version := range []string{"v1", "v1alpha1"} {
		list, err := client.Resource(schema.GroupVersionResource{Group: operatorobjects.Group, Version: version, Resource: resource}).
			Namespace(namespace).List(ctx, metav1.ListOptions{})
		switch {
		case err == nil:
			return list.Items, nil
		case !apierrors.IsNotFound(err):
			return nil, fmt.Errorf("list %s: %w", resource, err)
		}
	}
	return nil, nil // the cluster does not know them
}

// withoutDefaults leaves out what kube-prometheus-stack writes into every object
// and nobody chose.
func withoutDefaults(spec map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range spec {
		switch key {
		case "serviceAccountName", "image", "version", "portName", "listenLocal", "paused", "hostNetwork", "tsdb",
			"automountServiceAccountToken", "securityContext", "affinity", "alerting", "enableAdminAPI", "enableServiceLinks", "hostUsers":
			if key == "tsdb" || value == true {
				out[key] = value
			}
		case "ruleNamespaceSelector", "serviceMonitorNamespaceSelector", "podMonitorNamespaceSelector", "probeNamespaceSelector",
			"scrapeConfigNamespaceSelector", "alertmanagerConfigNamespaceSelector", "alertmanagerConfigSelector",
			"ruleSelector", "serviceMonitorSelector", "podMonitorSelector", "probeSelector", "scrapeConfigSelector":
			// The chart's own selector asks for the release label, which is not needed here.
			if s, ok := value.(map[string]any); ok && !onlyRelease(s) {
				out[key] = value
			}
		case "externalUrl":
			// The chart writes the Service's name if nobody names another address.
		default:
			out[key] = value
		}
	}
	return out
}

func onlyRelease(selector map[string]any) bool {
	labels, _ := selector["matchLabels"].(map[string]any)
	_, release := labels["release"]
	return len(selector) == 0 || len(selector) == 1 && len(labels) == 1 && release
}
