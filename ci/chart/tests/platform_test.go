package tests

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

// What cannot be seen on a platform is not looked for.
func TestPlatforms(t *testing.T) {
	controlPlane := []string{"kube-controller-manager", "kube-scheduler", "kube-etcd"}
	for _, test := range []struct {
		platform, version string
		hidden            []string
	}{
		{"auto", "v1.35.4", nil},
		{"auto", "v1.34.1-eks-113cf36", controlPlane},
		{"auto", "v1.34.1-gke.1000", append([]string{"kube-proxy", "coredns"}, controlPlane...)},
		{"auto", "v1.34.1+k3s1", append([]string{"kube-proxy"}, controlPlane...)},
		{"auto", "v1.34.1+rke2r1", nil},
		{"aks", "v1.35.4", append([]string{"kube-proxy"}, controlPlane...)},
		{"openshift", "v1.35.4", append([]string{"kube-proxy", "coredns"}, controlPlane...)},
		{"generic", "v1.34.1-eks-113cf36", nil},
	} {
		r := rendered(t, func(o *render.Options) {
			o.KubeVersion = test.version
			o.Values = map[string]any{"global": map[string]any{"platform": test.platform}}
		})
		var have []string
		for _, job := range jobs(t, r) {
			have = append(have, jobLabel(job))
		}
		for _, job := range append([]string{"kube-proxy", "coredns"}, controlPlane...) {
			if got := !slices.Contains(have, job); got != slices.Contains(test.hidden, job) {
				t.Errorf("%s %s: job %s is left out: %v", test.platform, test.version, job, got)
			}
		}
	}
}

// A part that is asked for is scraped, wherever it is.
func TestPlatformYields(t *testing.T) {
	r := rendered(t, withYAML(t, "{global: {platform: eks}, etcd: {enabled: true}}"))
	for _, job := range jobs(t, r) {
		if jobLabel(job) == "kube-etcd" {
			return
		}
	}
	t.Error("etcd is not scraped")
}

// On kind everything signs its own certificates.
func TestKindVerifiesNothing(t *testing.T) {
	insecure := map[string]bool{}
	for _, job := range jobs(t, rendered(t, withYAML(t, "{global: {platform: kind}}"))) {
		insecure[jobLabel(job)] = job.HTTPClientConfig.TLSConfig.InsecureSkipVerify
	}
	for _, job := range []string{"kubelet", "kube-controller-manager", "kube-scheduler"} {
		if !insecure[job] {
			t.Errorf("%s is verified, and cannot be", job)
		}
	}
	if insecure["apiserver"] {
		t.Error("the API server is not verified, and can be")
	}
}

// OpenShift chooses the users of pods, and lets node-exporter see its node by a role.
func TestOpenShift(t *testing.T) {
	r := rendered(t, withYAML(t, "{global: {platform: openshift}}"))
	for component, pod := range pods(t, r) {
		if sc := pod.Spec.SecurityContext; sc.RunAsUser != nil || sc.FSGroup != nil {
			t.Errorf("%s chooses its own user", component)
		}
	}
	found := false
	for _, b := range typed[*rbacv1.RoleBinding](t, r) {
		found = found || b.RoleRef.Name == "system:openshift:scc:hostaccess"
	}
	if !found {
		t.Error("node-exporter may not use its SecurityContextConstraints")
	}
}

// A preset gives every container requests and a limit of memory; what is set on
// one holds for that one.
func TestPresets(t *testing.T) {
	for _, preset := range []string{"", "small", "medium", "large"} {
		r := rendered(t, func(o *render.Options) {
			withYAML(t, `
server: {thanos: {enabled: true}, resources: {requests: {cpu: 7m, memory: 7Mi}}}
thanosQuerier: {enabled: true}
blackboxExporter: {enabled: true}
windowsExporter: {enabled: true}
`)(o)
			o.Values["global"] = map[string]any{"preset": preset}
		})
		for component, pod := range pods(t, r) {
			for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
				checkResources(t, component, preset, c)
			}
		}
	}
}

func checkResources(t *testing.T, component, preset string, c corev1.Container) {
	t.Helper()
	requests, limits := c.Resources.Requests, c.Resources.Limits
	if c.Name == "server" {
		if requests.Cpu().String() != "7m" || len(limits) != 0 {
			t.Errorf("preset %q: the server has %v, want what was set", preset, c.Resources)
		}
		return
	}
	if requests.Cpu().IsZero() || requests.Memory().IsZero() {
		t.Errorf("preset %q: %s/%s requests %v", preset, component, c.Name, requests)
	}
	if limited := !limits.Memory().IsZero(); limited != (preset != "") {
		t.Errorf("preset %q: %s/%s is limited to %v", preset, component, c.Name, limits)
	}
	if !limits.Cpu().IsZero() {
		t.Errorf("preset %q: %s/%s has a limit of CPU", preset, component, c.Name)
	}
	if preset != "" && limits.Memory().Cmp(*requests.Memory()) <= 0 {
		t.Errorf("preset %q: %s/%s may have no more than it requests", preset, component, c.Name)
	}
}
