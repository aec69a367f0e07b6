package tests

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

var clusterWide = []string{"ClusterRole", "ClusterRoleBinding"}

func TestNamesAndLabels(t *testing.T) {
	forEachValues(t, func(t *testing.T, values map[string]any, r *render.Release) {
		namespace := "monitoring"
		if ns, ok := values["namespaceOverride"].(string); ok {
			namespace = ns
		}
		checkNames(t, r)
		seen := map[string]bool{}
		for _, u := range r.Objects {
			id := u.GetKind() + "/" + u.GetNamespace() + "/" + u.GetName()
			if seen[id] {
				t.Errorf("%s is there twice", id)
			}
			seen[id] = true
			if strings.Contains(u.GetName(), "-extra") {
				continue // the user's own
			}
			checkNamespace(t, u, namespace)
			checkLabels(t, u)
		}
	})
}

func checkNamespace(t *testing.T, u *unstructured.Unstructured, want string) {
	t.Helper()
	got := u.GetNamespace()
	switch {
	case slices.Contains(clusterWide, u.GetKind()):
		if got != "" {
			t.Errorf("%s has a namespace", name(u))
		}
	case strings.HasPrefix(u.GetKind(), "Role"):
		// One for each namespace that drop-ins are taken from.
		if got == "" {
			t.Errorf("%s has no namespace", name(u))
		}
	case got != want:
		t.Errorf("%s is in namespace %q, want %q", name(u), got, want)
	}
}

func checkLabels(t *testing.T, u *unstructured.Unstructured) {
	t.Helper()
	labels := u.GetLabels()
	for _, key := range []string{
		"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component", "app.kubernetes.io/version",
		"app.kubernetes.io/part-of", "app.kubernetes.io/managed-by", "helm.sh/chart",
	} {
		if labels[key] == "" {
			t.Errorf("%s lacks the label %s", name(u), key)
		}
	}
	for key, value := range labels {
		if errs := validation.IsValidLabelValue(value); len(errs) > 0 {
			t.Errorf("%s: label %s=%q: %v", name(u), key, value, errs)
		}
	}
}

// checkNames holds names to what Kubernetes makes of them.
func checkNames(t *testing.T, r *render.Release) {
	t.Helper()
	for _, u := range r.Objects {
		var errs []string
		switch u.GetKind() {
		case "Service":
			errs = validation.IsDNS1035Label(u.GetName())
		case "StatefulSet":
			errs = validation.IsDNS1123Label(u.GetName())
			// Its pods get the label controller-revision-hash: the name, a dash and ten characters.
			if len(u.GetName()) > 52 {
				errs = append(errs, "is longer than 52 characters")
			}
		default:
			errs = validation.IsDNS1123Subdomain(u.GetName())
		}
		for _, err := range errs {
			t.Errorf("%s: %s", name(u), err)
		}
	}
}

func TestLongReleaseNames(t *testing.T) {
	long := strings.Repeat("a", 52)
	names := map[string]string{}
	for _, release := range []string{long + "b", long + "c", "x"} {
		r := rendered(t, func(o *render.Options) { o.Name = release })
		checkNames(t, r)
		for _, u := range r.Objects {
			checkLabels(t, u)
			id := u.GetKind() + " " + u.GetName()
			if other, ok := names[id]; ok && other != release {
				t.Errorf("the releases %s and %s both have %s", other, release, id)
			}
			names[id] = release
		}
	}
}

func TestCommonMetadataReachesEverything(t *testing.T) {
	r := rendered(t, withValues(map[string]any{
		"commonLabels":      map[string]any{"team": "platform"},
		"commonAnnotations": map[string]any{"example.org/owner": "platform"},
	}))
	for _, u := range r.Objects {
		if u.GetLabels()["team"] != "platform" || u.GetAnnotations()["example.org/owner"] != "platform" {
			t.Errorf("%s lacks the common label or annotation", name(u))
		}
	}
}
