package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
)

// figure is a row of the table that TestFigures prints: what the peer needs, as
// it was measured on this kind of cluster, what the goal is, and what was found.
type figure struct {
	what, peer, goal, found string
	reached                 bool
}

// TestFigures measures the chart beside kube-prometheus-stack 88.5.3: its size, how
// long it takes to be ready, what it leaves behind, and what it takes to run.
func TestFigures(t *testing.T) {
	if os.Getenv("E2E_FIGURES") == "" {
		t.Skip("E2E_FIGURES is not set: this takes ten minutes of an otherwise idle cluster (make figures)")
	}
	c := connect(t)
	i := c.second(t, "kube-monitoring-stack", map[string]string{"pod-security.kubernetes.io/enforce": "privileged"})
	table := i.sizes(t)

	before := i.inventory(t)
	start := time.Now()
	i.up(t, "default")
	ready := time.Since(start)
	secret := i.releaseSecret(t)
	sums, series := i.memoryAt(t, 28_300)
	fired := i.firing(t)
	i.must(t, "uninstall", i.release, "--wait", "--timeout", "2m")
	left := i.leftOver(t, before)

	total := 0
	var parts []string
	for _, part := range slices.SortedFunc(maps.Keys(sums), func(a, b string) int { return sums[b] - sums[a] }) {
		total += sums[part]
		parts = append(parts, fmt.Sprintf("%s %d", part, sums[part]>>20))
	}
	table = append(table,
		figure{"helm install to every pod ready, images present", "19.0 s", "under 12 s", fmt.Sprintf("%.1f s", ready.Seconds()), ready < 12*time.Second},
		figure{"Release Secret, without Grafana's pod, with its dashboards", "528 KB", "under 160 KB", fmt.Sprintf("%d KB", secret/1000), secret < 160_000},
		figure{"Objects left after helm uninstall", "kubelet Service, admission Secret, CRDs", "none but PVCs", list(left), len(left) == 0},
		figure{"Working set without Grafana", "231 MiB at 28,300 series", "under 160 MiB on as many",
			fmt.Sprintf("%d MiB at %.0f series: %s", total>>20, series, strings.Join(parts, ", ")), total < 160<<20 && series >= 28_000},
		figure{"Alerts that fire on an idle one-node cluster", "KubeControllerManagerDown, KubeProxyDown, KubeSchedulerDown", "none but Watchdog", list(fired), slices.Equal(fired, []string{"Watchdog"})},
	)
	var out strings.Builder
	out.WriteString("\n| What | kube-prometheus-stack | Goal | kube-monitoring-stack |\n|---|---|---|---|\n")
	for _, f := range table {
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", f.what, f.peer, f.goal, f.found)
		if !f.reached {
			t.Errorf("%s: %s, and the goal is %s", f.what, f.found, f.goal)
		}
	}
	t.Log(out.String())
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// sizes are the figures that need no cluster, of the default values with all of
// it on.
func (i *install) sizes(t *testing.T) []figure {
	t.Helper()
	text, err := i.run(t.Context(), "template", i.release, i.chart, "--kube-version", "v1.35.0")
	if err != nil {
		t.Fatal(err)
	}
	objects := decodeAll(t, text)
	kinds := map[string]int{}
	hooks := 0
	for _, u := range objects {
		kinds[u.GetKind()]++
		if events, ok := u.GetAnnotations()["helm.sh/hook"]; ok && events != "test" {
			hooks++
		}
	}
	webhooks := kinds["ValidatingWebhookConfiguration"] + kinds["MutatingWebhookConfiguration"]
	crds, err := filepath.Glob(filepath.Join(i.chart, "crds", "*"))
	if err != nil {
		t.Fatal(err)
	}
	definitions := kinds["CustomResourceDefinition"] + len(crds)
	values, err := os.ReadFile(filepath.Join(i.chart, "values.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Count(string(values), "\n")
	return []figure{
		{"Objects in the default render, bytes", "125, 666 KB", "under 90, under 400 KB", fmt.Sprintf("%d, %d KB", len(objects), len(text)/1000), len(objects) < 90 && len(text) < 400_000},
		{"CRDs, hook Jobs, webhooks", "10, 2, 2", "0, 0, 0", fmt.Sprintf("%d, %d, %d", definitions, hooks, webhooks), definitions+hooks+webhooks == 0},
		{"Lines of values", "5,981", "under 900", fmt.Sprint(lines), lines < 900},
	}
}

// releaseSecret is the size of what Helm remembers of the release.
func (i *install) releaseSecret(t *testing.T) int {
	t.Helper()
	secrets, err := i.client.CoreV1().Secrets(i.namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "owner=helm"})
	if err != nil || len(secrets.Items) != 1 {
		t.Fatalf("%d Secrets of Helm, %v", len(secrets.Items), err)
	}
	return len(secrets.Items[0].Data["release"])
}

// firing returns the alerts that fire, by name.
func (c *cluster) firing(t *testing.T) []string {
	t.Helper()
	var data struct {
		Alerts []struct {
			Labels map[string]string
			State  string
		}
	}
	if err := c.prometheus(t.Context(), "alerts", nil, &data); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, a := range data.Alerts {
		if a.State == "firing" {
			names[a.Labels["alertname"]] = true
		} else {
			t.Logf("pending: %v", a.Labels)
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// passing are kinds whose objects come and go by themselves or are the cluster's answer to others.
var passing = []string{"Event", "Lease", "Pod", "PersistentVolumeClaim", "PersistentVolume", "EndpointSlice", "Endpoints", "ReplicaSet", "ControllerRevision", "ComponentStatus", "NodeMetrics", "PodMetrics"}

// inventory names every object of the cluster that stays until somebody deletes it.
func (c *cluster) inventory(t *testing.T) map[string]bool {
	t.Helper()
	objects, err := dynamic.NewForConfig(c.config)
	if err != nil {
		t.Fatal(err)
	}
	lists, err := c.client.Discovery().ServerPreferredResources()
	if err != nil {
		t.Fatal(err)
	}
	resources, err := discovery.GroupVersionResources(discovery.FilteredBy(discovery.SupportsAllVerbs{Verbs: []string{"list", "delete"}}, lists))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for resource := range resources {
		all, err := objects.Resource(resource).List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatalf("list %s: %v", resource.Resource, err)
		}
		for _, u := range all.Items {
			if !slices.Contains(passing, u.GetKind()) {
				found[strings.TrimPrefix(u.GetNamespace()+"/", "/")+u.GetKind()+"/"+u.GetName()] = true
			}
		}
	}
	return found
}

// leftOver names what is there and was not before.
func (c *cluster) leftOver(t *testing.T, before map[string]bool) []string {
	t.Helper()
	var left []string
	for name := range c.inventory(t) {
		if !before[name] {
			left = append(left, name)
		}
	}
	slices.Sort(left)
	return left
}

// image is what the first container of a component runs, of whichever release.
func (c *cluster) image(t *testing.T, component string) string {
	t.Helper()
	pods, err := c.client.CoreV1().Pods("").List(t.Context(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/component=" + component})
	if err != nil || len(pods.Items) == 0 {
		t.Fatalf("%d pods of %s, %v", len(pods.Items), component, err)
	}
	return pods.Items[0].Spec.Containers[0].Image
}
