package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// TestMemoryOfTheStack prints what the pods of a release without Grafana take at
// the number of series of E2E_SERIES.
func TestMemoryOfTheStack(t *testing.T) {
	if os.Getenv("E2E_SERIES") == "" {
		t.Skip("E2E_SERIES is not set: E2E_SERIES=28300 measures the stack at so many series, in some minutes of an otherwise idle cluster")
	}
	var want int
	if _, err := fmt.Sscan(os.Getenv("E2E_SERIES"), &want); err != nil {
		t.Fatalf("E2E_SERIES: %v", err)
	}
	i := connect(t).second(t, "kube-monitoring-stack", map[string]string{"pod-security.kubernetes.io/enforce": "privileged"})
	var more []string
	if profile := os.Getenv("E2E_PROFILE"); profile != "" {
		more = []string{"--set", "metrics.profile=" + profile}
	}
	i.up(t, "default", more...)
	sums, series := i.memoryAt(t, want)
	total := 0
	for part, bytes := range sums {
		t.Logf("%-20s %4d MiB", part, bytes>>20)
		total += bytes
	}
	t.Logf("%-20s %4d MiB at %.0f series", "all", total>>20, series)
}

// warmUp is how long the stack works at the wanted number of series before it is
// looked at: some scrapes, evaluations and collections of garbage.
const warmUp = 3 * time.Minute

// memoryAt brings the release to a number of series and returns the largest working
// set in a minute of each of its components, in bytes, and the number of series.
// What its own jobs do not bring is added by exporters in another namespace.
func (i *install) memoryAt(t *testing.T, want int) (sums map[string]int, series float64) {
	t.Helper()
	head := func(ctx context.Context) (float64, error) {
		return i.scalar(ctx, `max(prometheus_tsdb_head_series{job="prometheus"})`)
	}
	// Every job was scraped then, twice, and every rule evaluated.
	const still = 90 * time.Second
	var own float64
	var since time.Time
	await(t, 6*time.Minute, 5*time.Second, "a number of series that stays", func(ctx context.Context) error {
		n, err := head(ctx)
		if err != nil {
			return err
		}
		// A few come with each rule that finds something; they are not what is waited for.
		if own == 0 || math.Abs(n-own) > own/200 {
			own, since = n, time.Now()
		}
		if time.Since(since) < still {
			return fmt.Errorf("%v series for %s", n, time.Since(since).Round(time.Second))
		}
		return nil
	})
	t.Logf("%.0f series of the stack's own jobs", own)
	if missing := want - int(own); missing > 0 {
		defer i.fill(t, missing)()
	}
	await(t, 3*time.Minute, time.Second, "all series", func(ctx context.Context) error {
		n, err := head(ctx)
		if err == nil && int(n) < want {
			err = fmt.Errorf("%v series", n)
		}
		return err
	})
	began, sums := time.Now(), map[string]int{}
	await(t, warmUp+2*time.Minute, 5*time.Second, "a minute of readings", func(ctx context.Context) error {
		if time.Since(began) < warmUp {
			return fmt.Errorf("it works for %s", time.Since(began))
		}
		now, err := i.workingSets(ctx)
		if err != nil {
			return err
		}
		for part, bytes := range now {
			sums[part] = max(sums[part], bytes)
		}
		if time.Since(began) < warmUp+time.Minute {
			return fmt.Errorf("it works for %s", time.Since(began))
		}
		return nil
	})
	series, err := head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sums, series
}

// workingSets asks the kubelets what the release's pods take, by component; the
// sidecars, which are in several, are one of their own.
func (i *install) workingSets(ctx context.Context) (map[string]int, error) {
	pods, err := i.client.CoreV1().Pods(i.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/instance=" + i.release})
	if err != nil {
		return nil, err
	}
	component, nodes := map[string]string{}, map[string]bool{}
	for _, p := range pods.Items {
		component[p.Name] = p.Labels["app.kubernetes.io/component"]
		nodes[p.Spec.NodeName] = true
	}
	sums, counted := map[string]int{}, 0
	for node := range nodes {
		raw, err := i.client.CoreV1().RESTClient().Get().Resource("nodes").Name(node).SubResource("proxy").Suffix("stats/summary").DoRaw(ctx)
		if err != nil {
			return nil, err
		}
		var summary struct {
			Pods []struct {
				PodRef     struct{ Name, Namespace string }
				Containers []struct {
					Name   string
					Memory struct{ WorkingSetBytes int }
				}
			}
		}
		if err := json.Unmarshal(raw, &summary); err != nil {
			return nil, err
		}
		for _, p := range summary.Pods {
			part, ours := component[p.PodRef.Name]
			if !ours || p.PodRef.Namespace != i.namespace {
				continue
			}
			counted++
			for _, c := range p.Containers {
				if c.Memory.WorkingSetBytes == 0 {
					return nil, fmt.Errorf("the kubelet has no working set of %s in %s", c.Name, p.PodRef.Name)
				}
				name := part
				if c.Name == "config-sidecar" {
					name = "sidecar of " + part
				}
				sums[name] += c.Memory.WorkingSetBytes
			}
		}
	}
	if counted != len(pods.Items) {
		return nil, fmt.Errorf("kubelets tell of %d of %d pods", counted, len(pods.Items))
	}
	return sums, nil
}

// perPod are the series of one exporter: a ConfigMap has room for them, and a node has about as many.
const perPod = 5000

// fill adds series to what the release scrapes: pods of node-exporter, which is at hand,
// show files of them. They have names, labels and numbers of labels like those of
// the API server's histograms, and values that do not change. remove takes them away again.
func (i *install) fill(t *testing.T, n int) (remove func()) {
	t.Helper()
	ns := i.team(t)
	core := i.client.CoreV1()
	image := i.image(t, "node-exporter")
	nonRoot, no, user := true, false, int64(65534)
	pods := 0
	for ; pods*perPod < n; pods++ {
		name := fmt.Sprintf("series-%d", pods)
		var text strings.Builder
		for s := pods * perPod; s < min(n, (pods+1)*perPod); s++ {
			fmt.Fprintf(&text, "bench_request_duration_seconds_%d_bucket{component=\"apiserver\",group=\"apps\",resource=\"resource-%d\",scope=\"namespace\",verb=\"LIST\",version=\"v1\",le=\"%d\"} %d\n",
				s/500, s/20%25, s%20, s)
		}
		cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{name + ".prom": text.String()}}
		if _, err := core.ConfigMaps(ns).Create(t.Context(), cm, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		file := corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: name}}}
		_, err := core.Pods(ns).Create(t.Context(), &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": "series"}},
			Spec: corev1.PodSpec{
				AutomountServiceAccountToken: &no,
				SecurityContext:              &corev1.PodSecurityContext{RunAsNonRoot: &nonRoot, RunAsUser: &user},
				Containers: []corev1.Container{{
					Name: "series", Image: image,
					Args: []string{"--collector.disable-defaults", "--collector.textfile", "--collector.textfile.directory=/series", "--web.disable-exporter-metrics"},
					ReadinessProbe: &corev1.Probe{PeriodSeconds: 1, ProbeHandler: corev1.ProbeHandler{
						HTTPGet: &corev1.HTTPGetAction{Path: "/", Port: intstr.FromInt32(9100)},
					}},
					VolumeMounts: []corev1.VolumeMount{{Name: "series", MountPath: "/series"}},
				}},
				Volumes: []corev1.Volume{{Name: "series", VolumeSource: file}},
			},
		}, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	var targets []string
	await(t, 2*time.Minute, 200*time.Millisecond, "the exporters of more series", func(ctx context.Context) error {
		targets = nil
		for pod := range pods {
			p, err := core.Pods(ns).Get(ctx, fmt.Sprintf("series-%d", pod), metav1.GetOptions{})
			if err != nil {
				return err
			}
			if !ready(p) {
				return fmt.Errorf("pod is %s: %v", p.Status.Phase, waiting(p))
			}
			targets = append(targets, strconv.Quote(p.Status.PodIP+":9100"))
		}
		return nil
	})
	const job = "bench-series"
	i.apply(t, i.namespace, job, "scrape", map[string]string{"job.yaml": fmt.Sprintf(
		"scrape_configs:\n- job_name: series\n  static_configs:\n  - targets: [%s]\n    labels: {namespace: %s, pod: series, container: series, endpoint: http, service: series}\n", strings.Join(targets, ","), ns)})
	t.Logf("%d series of %d exporters added", n, pods)
	return func() {
		if err := core.ConfigMaps(i.namespace).Delete(t.Context(), job, metav1.DeleteOptions{}); err != nil {
			t.Error(err)
		}
		if err := core.Namespaces().Delete(t.Context(), ns, metav1.DeleteOptions{}); err != nil {
			t.Error(err)
		}
		await(t, 2*time.Minute, time.Second, "the end of the exporter's namespace", func(ctx context.Context) error {
			_, err := core.Namespaces().Get(ctx, ns, metav1.GetOptions{})
			if err == nil {
				return fmt.Errorf("%s is still there", ns)
			}
			if apierrors.IsNotFound(err) {
				return nil
			}
			return err
		})
	}
}
