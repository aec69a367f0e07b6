// Package stack installs the chart in a cluster and sees to it that it runs: which
// images the chart wants, the release, the pods, and what to say when one does not get ready.
package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Release is the chart under a name in a namespace.
type Release struct {
	// Helm and Kubeconfig are files.
	Helm, Kubeconfig string
	// Chart is the chart's folder.
	Chart           string
	Name, Namespace string
	// KubeVersion is what the chart is rendered for.
	KubeVersion string
	// Set holds values that differ from the chart's, in the form of --set.
	Set []string
}

// ChartError is a chart that cannot be rendered or installed.
type ChartError struct {
	Err error
	// Said is what Helm printed.
	Said string
}

func (e *ChartError) Error() string { return fmt.Sprintf("%v: %s", e.Err, e.Said) }

// Unwrap returns the error of the command.
func (e *ChartError) Unwrap() error { return e.Err }

// Images renders the chart and returns the images that its pods name, sorted: as it is
// installed, and with each of the files of values.
func (r Release) Images(ctx context.Context, values ...string) ([]string, error) {
	args := append([]string{"template", r.Name, r.Chart, "--kube-version=" + r.KubeVersion}, r.setArgs()...)
	var images []string
	for _, file := range append([]string{""}, values...) {
		more := args
		if file != "" {
			more = append(slices.Clone(args), "--values="+file)
		}
		manifests, err := r.run(ctx, more...)
		if err != nil {
			return nil, err
		}
		found, err := imagesIn(manifests)
		if err != nil {
			return nil, err
		}
		images = append(images, found...)
	}
	slices.Sort(images)
	return slices.Compact(images), nil
}

// workload is a manifest of any kind that makes pods: each has their spec in one of these places.
type workload struct {
	Spec struct {
		corev1.PodSpec `json:",inline"`
		Template       corev1.PodTemplateSpec `json:"template"`
		JobTemplate    struct {
			Spec struct {
				Template corev1.PodTemplateSpec `json:"template"`
			} `json:"spec"`
		} `json:"jobTemplate"`
	} `json:"spec"`
}

// workloadKinds guards against custom resources, whose fields only share the names.
var workloadKinds = []string{"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"}

// imagesIn returns the images of all containers in rendered manifests, sorted, each once.
func imagesIn(manifests []byte) ([]string, error) {
	var images []string
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifests), 4096)
	for {
		var manifest json.RawMessage
		err := decoder.Decode(&manifest)
		if errors.Is(err, io.EOF) {
			break
		}
		var kind metav1.TypeMeta
		if err == nil && len(manifest) > 0 { // a template may come out as nothing but comments
			err = json.Unmarshal(manifest, &kind)
		}
		var w workload
		if err == nil && slices.Contains(workloadKinds, kind.Kind) {
			err = json.Unmarshal(manifest, &w)
		}
		if err != nil {
			return nil, fmt.Errorf("read the rendered chart: %w", err)
		}
		for _, pod := range []corev1.PodSpec{w.Spec.PodSpec, w.Spec.Template.Spec, w.Spec.JobTemplate.Spec.Template.Spec} {
			for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
				images = append(images, c.Image)
			}
		}
	}
	slices.Sort(images)
	return slices.DeleteFunc(slices.Compact(images), func(image string) bool { return image == "" }), nil
}

// Install installs the release or brings it up to date.
func (r Release) Install(ctx context.Context) error {
	if err := r.unlock(ctx); err != nil {
		return err
	}
	_, err := r.run(ctx, append([]string{"upgrade", "--install", r.Name, r.Chart, "--create-namespace"}, r.setArgs()...)...)
	return err
}

// unlock forgets a revision that a killed Helm left half done: Helm would refuse to go on
// forever. Nobody else is at work, for the cluster is locked.
func (r Release) unlock(ctx context.Context) error {
	out, err := r.run(ctx, "list", "--pending", "--filter=^"+r.Name+"$", "--output=json")
	if err != nil {
		return err
	}
	var pending []struct{ Revision string }
	if err := json.Unmarshal(out, &pending); err != nil {
		return fmt.Errorf("read Helm's list of releases: %w", err)
	}
	for _, p := range pending {
		secret := fmt.Sprintf("sh.helm.release.v1.%s.v%s", r.Name, p.Revision)
		if err := r.deleteSecret(ctx, secret); err != nil {
			return err
		}
	}
	return nil
}

func (r Release) deleteSecret(ctx context.Context, name string) error {
	client, err := NewClient(r.Kubeconfig)
	if err != nil {
		return err
	}
	return client.deleteSecret(ctx, r.Namespace, name)
}

func (r Release) setArgs() []string {
	var args []string
	for _, s := range r.Set {
		args = append(args, "--set="+s)
	}
	return args
}

func (r Release) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, r.Helm, append(args, "--namespace="+r.Namespace, "--kubeconfig="+r.Kubeconfig)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, &ChartError{Err: fmt.Errorf("helm %s: %w", args[0], err), Said: strings.TrimSpace(stderr.String())}
	}
	return stdout.Bytes(), nil
}
