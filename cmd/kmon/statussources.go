package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

const (
	// sidecarContainer is what the chart calls the container, in whatever pod.
	sidecarContainer = "config-sidecar"
	sidecarPort      = 9096
)

// ask asks whom the flags name, and the cluster if they name nobody.
func (a *statusAsker) ask(ctx context.Context) ([]statusSource, error) {
	var out []statusSource
	if a.server != nil {
		server, err := openSite(a.server, a.config)
		if err != nil {
			return nil, err
		}
		out = append(out, askServer(ctx, server))
	}
	for _, u := range a.sidecars {
		raw, err := ask(ctx, site{u, http.DefaultClient}, "status", nil)
		out = append(out, sourceOf(u.Redacted(), raw, err))
	}
	if len(out) > 0 {
		return out, nil
	}
	return a.askCluster(ctx)
}

// askServer asks a server for what its sidecar reports.
func askServer(ctx context.Context, server site) statusSource {
	var data struct{ Sidecar json.RawMessage }
	err := decodeAPI(ctx, server, "status/dropins", nil, &data)
	if err == nil && len(data.Sidecar) == 0 {
		err = fmt.Errorf("the server knows of no sidecar")
	}
	return sourceOf(server.url.Redacted(), data.Sidecar, err)
}

func sourceOf(name string, raw []byte, err error) statusSource {
	src := statusSource{Name: name}
	var st sidecar.Status
	if err == nil {
		err = json.Unmarshal(raw, &st)
	}
	if err != nil {
		src.Error = err.Error()
		return src
	}
	src.answered, src.dropIns = true, st.DropIns
	src.Synced, src.Digest, src.Confirmed, src.Error = st.Synced, st.Digest, st.Confirmed, st.Error
	return src
}

// askCluster finds the sidecars of a namespace and asks them through the API
// server, which needs no port-forward.
func (a *statusAsker) askCluster(ctx context.Context) ([]statusSource, error) {
	cfg, namespace, err := clusterConfig(a.kubeconfig)
	if err != nil {
		return nil, err
	}
	if a.namespace != "" {
		namespace = a.namespace
	}
	client, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("API server client: %w", err)
	}
	pods, err := client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list the pods of %s: %w", namespace, err)
	}
	var out []statusSource
	for _, pod := range pods.Items {
		if !hasSidecar(&pod) {
			continue
		}
		raw, err := client.CoreV1().RESTClient().Get().Namespace(namespace).Resource("pods").
			Name(pod.Name + ":" + strconv.Itoa(sidecarPort)).SubResource("proxy").Suffix("status").DoRaw(ctx)
		out = append(out, sourceOf(namespace+"/"+pod.Name, raw, err))
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no pod in namespace %s has a container %s: choose the release's namespace by --namespace", namespace, sidecarContainer)
	}
	return out, nil
}

func hasSidecar(pod *corev1.Pod) bool {
	return slices.ContainsFunc(slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers), func(c corev1.Container) bool {
		return c.Name == sidecarContainer
	})
}

// clusterConfig finds a cluster as kubectl does, and the namespace of its context.
func clusterConfig(kubeconfig string) (*rest.Config, string, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = kubeconfig
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{})
	cfg, err := loader.ClientConfig()
	if err != nil {
		return nil, "", fmt.Errorf("kubeconfig: %w", err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, "", fmt.Errorf("kubeconfig: %w", err)
	}
	return cfg, namespace, nil
}
