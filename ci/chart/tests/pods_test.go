package tests

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	psa "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

// pods are the pod templates of a release by component.
func pods(t *testing.T, r *render.Release) map[string]corev1.PodTemplateSpec {
	t.Helper()
	out := map[string]corev1.PodTemplateSpec{}
	add := func(p corev1.PodTemplateSpec) { out[p.Labels["app.kubernetes.io/component"]] = p }
	for _, o := range typed[*appsv1.Deployment](t, r) {
		add(o.Spec.Template)
	}
	for _, o := range typed[*appsv1.StatefulSet](t, r) {
		add(o.Spec.Template)
	}
	for _, o := range typed[*appsv1.DaemonSet](t, r) {
		add(o.Spec.Template)
	}
	return out
}

// Every pod but those that look at their node may run in a namespace that
// enforces the strictest of the Pod Security Standards.
func TestPodSecurityRestricted(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := psa.LevelVersion{Level: psa.LevelRestricted, Version: psa.LatestVersion()}
	forEachValues(t, func(t *testing.T, _ map[string]any, r *render.Release) {
		for component, pod := range pods(t, r) {
			result := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec))
			if strings.HasSuffix(component, "-exporter") && component != "blackbox-exporter" {
				if result.Allowed {
					t.Errorf("%s is an exception and needs to be none", component)
				}
				continue
			}
			if !result.Allowed {
				t.Errorf("%s: %s", component, result.ForbiddenDetail())
			}
		}
	})
}

// A cluster may have nodes of both kinds, and an image runs on one.
func TestPodsAreOnNodesOfTheirKind(t *testing.T) {
	forEachValues(t, func(t *testing.T, _ map[string]any, r *render.Release) {
		all := pods(t, r)
		for _, p := range typed[*corev1.Pod](t, r) {
			all["test"] = corev1.PodTemplateSpec{Spec: p.Spec}
		}
		for component, pod := range all {
			want := "linux"
			if component == "windows-exporter" {
				want = "windows"
			}
			if got := pod.Spec.NodeSelector["kubernetes.io/os"]; got != want {
				t.Errorf("%s is for nodes with %q, want %q", component, got, want)
			}
		}
	})
}

func TestContainersAreLockedDown(t *testing.T) {
	forEachValues(t, lockedDown)
}

func lockedDown(t *testing.T, _ map[string]any, r *render.Release) {
	needToken := map[string]bool{"server": true, "kube-state-metrics": true}
	for component, pod := range pods(t, r) {
		if component == "windows-exporter" {
			continue // what is locked down there is Windows' business
		}
		if got := pod.Spec.AutomountServiceAccountToken; got == nil || *got != needToken[component] {
			t.Errorf("%s: automountServiceAccountToken is %v, want %v", component, got, needToken[component])
		}
		if pod.Spec.ServiceAccountName == "" {
			t.Errorf("%s runs as the namespace's default service account", component)
		}
		for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
			sc := c.SecurityContext
			if sc == nil || sc.ReadOnlyRootFilesystem == nil || !*sc.ReadOnlyRootFilesystem {
				t.Errorf("%s: container %s may write to its root file system", component, c.Name)
			}
			if sc == nil || sc.Capabilities == nil || len(sc.Capabilities.Drop) != 1 || sc.Capabilities.Drop[0] != "ALL" {
				t.Errorf("%s: container %s keeps capabilities", component, c.Name)
			}
			if c.Resources.Requests.Cpu().IsZero() || c.Resources.Requests.Memory().IsZero() {
				t.Errorf("%s: container %s requests nothing", component, c.Name)
			}
			if c.ReadinessProbe == nil || c.LivenessProbe == nil {
				t.Errorf("%s: container %s lacks a probe", component, c.Name)
			}
		}
	}
}

// Without an own registry in the way, a mirror is used for every image.
func TestImages(t *testing.T) {
	r := rendered(t, nil)
	for component, pod := range pods(t, r) {
		for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
			t.Logf("image of %s: %s", component, c.Image)
			if !strings.Contains(c.Image, ":") || strings.HasSuffix(c.Image, ":latest") {
				t.Errorf("%s: image %s has no fixed version", component, c.Image)
			}
		}
	}
	digest := "sha256:" + strings.Repeat("0", 64)
	r = rendered(t, withValues(map[string]any{
		"global": map[string]any{"imageRegistry": "mirror.example.org", "imagePullSecrets": []any{map[string]any{"name": "pull"}}},
		"server": map[string]any{"image": map[string]any{"digest": digest}},
	}))
	for component, pod := range pods(t, r) {
		if len(pod.Spec.ImagePullSecrets) != 1 {
			t.Errorf("%s lacks the pull secret", component)
		}
		for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
			if !strings.HasPrefix(c.Image, "mirror.example.org/") {
				t.Errorf("%s: image %s is not from the mirror", component, c.Image)
			}
			if c.Name == "server" && !strings.HasSuffix(c.Image, "/monitoring-server@"+digest) {
				t.Errorf("server: image %s does not use the digest", c.Image)
			}
		}
	}
}

// A component's `pod` value is merged into its pod.
func TestPodMerge(t *testing.T) {
	components := map[string]string{
		"server": "server", "alertmanager": "alertmanager", "grafana": "grafana",
		"nodeExporter": "node-exporter", "kubeStateMetrics": "kube-state-metrics",
	}
	for key, component := range components {
		r := rendered(t, withValues(map[string]any{
			key: map[string]any{
				"pod":            map[string]any{"priorityClassName": "high", "nodeSelector": map[string]any{"disk": "ssd"}},
				"podAnnotations": map[string]any{"example.org/a": "b"},
			},
		}))
		for other, pod := range pods(t, r) {
			want := other == component
			if got := pod.Spec.PriorityClassName == "high" && pod.Spec.NodeSelector["disk"] == "ssd" && pod.Annotations["example.org/a"] == "b"; got != want {
				t.Errorf("with %s.pod set, %s has it: %v", key, other, got)
			}
		}
	}
}
