package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// install is a release of its own beside the one under test, in a namespace of
// its own.
type install struct {
	*cluster
	helm, chart string
	// port is node-exporter's on the node, which no two releases can share.
	port int32
}

// ports are those of node-exporters that were given away.
var ports atomic.Int32

// second prepares a namespace for another release. What it cannot have twice on a
// node, or has no image for here, is left out by common.
func (c *cluster) second(t *testing.T, release string, labels map[string]string) *install {
	t.Helper()
	helm, chart := os.Getenv("E2E_HELM"), os.Getenv("E2E_CHART")
	if helm == "" || chart == "" {
		t.Skip("E2E_HELM or E2E_CHART is not set: nothing to install the chart with (make e2e has both)")
	}
	ns := c.team(t)
	if labels != nil {
		api := c.client.CoreV1().Namespaces()
		n, err := api.Get(t.Context(), ns, metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		n.Labels = labels
		if _, err := api.Update(t.Context(), n, metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	return &install{
		cluster: &cluster{config: c.config, client: c.client, namespace: ns, release: release},
		helm:    helm, chart: chart, port: 19100 + ports.Add(1),
	}
}

// common are values without which two releases cannot be on one node or would read
// each other's drop-ins, and Grafana, whose image comes from a registry that is not
// there for every cluster.
func (i *install) common() []string {
	return []string{
		"--set", fmt.Sprintf("grafana.enabled=false,nodeExporter.port=%d,kubelet.insecureSkipVerify=true", i.port),
		"--set", "dropIns.namespaces={" + i.namespace + "},dropIns.trustedNamespaces=null",
	}
}

func (i *install) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, i.helm, append(args, "--namespace", i.namespace)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("helm %s: %w\n%s", strings.Join(args, " "), err, out.String())
	}
	return out.String(), nil
}

func (i *install) must(t *testing.T, args ...string) {
	t.Helper()
	if _, err := i.run(t.Context(), args...); err != nil {
		list, _ := i.client.CoreV1().Pods(i.namespace).List(context.Background(), metav1.ListOptions{})
		for _, p := range list.Items {
			t.Logf("%s: %s %v", p.Name, p.Status.Phase, waiting(&p))
		}
		t.Fatal(err)
	}
}

// waiting says what containers of a pod wait for.
func waiting(p *corev1.Pod) []string {
	var out []string
	for _, s := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
		if s.State.Waiting != nil {
			out = append(out, s.Name+": "+s.State.Waiting.Reason+" "+s.State.Waiting.Message)
		}
	}
	return out
}

// up installs the release with a values file of the chart, by its name, and waits
// until everything is ready.
func (i *install) up(t *testing.T, values string, more ...string) {
	t.Helper()
	args := append([]string{
		"install", i.release, i.chart, "--wait", "--timeout", "3m",
		"--values", filepath.Join(i.chart, "ci", values+"-values.yaml"),
	}, i.common()...)
	start := time.Now()
	i.must(t, append(args, more...)...)
	t.Logf("%s: everything ready %s after helm install was started", values, time.Since(start).Round(100*time.Millisecond))
	t.Cleanup(func() { i.down(t) })
}

// down uninstalls and looks at what is left: nothing but volumes, here or in the
// whole cluster.
func (i *install) down(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if _, err := i.run(ctx, "uninstall", i.release, "--ignore-not-found", "--wait", "--timeout", "2m"); err != nil {
		t.Error(err)
		return
	}
	ours := metav1.ListOptions{LabelSelector: "app.kubernetes.io/instance=" + i.release}
	if list, err := i.client.RbacV1().ClusterRoles().List(ctx, ours); err != nil {
		t.Error(err)
	} else {
		for _, r := range list.Items {
			if strings.HasPrefix(r.Name, i.namespace+"-") {
				t.Errorf("uninstall left ClusterRole %s", r.Name)
			}
		}
	}
	core := i.client.CoreV1()
	if list, err := core.ConfigMaps(i.namespace).List(ctx, ours); err != nil || len(list.Items) > 0 {
		t.Errorf("uninstall left %d ConfigMaps, %v", len(list.Items), err)
	}
	if list, err := core.Services(i.namespace).List(ctx, ours); err != nil || len(list.Items) > 0 {
		t.Errorf("uninstall left %d Services, %v", len(list.Items), err)
	}
	if list, err := core.Secrets(i.namespace).List(ctx, metav1.ListOptions{LabelSelector: "!" + ofTest}); err != nil || len(list.Items) > 0 {
		t.Errorf("uninstall left %d Secrets, %v", len(list.Items), err)
	}
}

// Each way to install the chart ends with everything ready, and helm test says
// that it works.
func TestChartInstalls(t *testing.T) {
	t.Parallel()
	restricted := map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}
	privileged := map[string]string{"pod-security.kubernetes.io/enforce": "privileged"}
	for _, test := range []struct {
		name, values, release string
		labels                map[string]string
		prepare               func(*install, *testing.T)
		more                  []string
	}{
		{name: "minimal", values: "minimal", labels: restricted},
		{name: "restricted namespace", values: "restricted", labels: restricted},
		{name: "own namespace", values: "own-namespace", labels: restricted},
		{name: "default deny", values: "default-deny", labels: privileged, more: []string{"--set", "blackboxExporter.enabled=false"}},
		{name: "high availability", values: "ha", labels: privileged, more: []string{"--set", "server.pod=null,alertmanager.replicas=2"}},
		{name: "namespaces of drop-ins", values: "namespaced", labels: privileged},
		{name: "password and TLS", values: "restricted", labels: restricted, release: "protected", prepare: (*install).protect, more: []string{
			"--set", "server.web.tlsSecret=web-tls,server.web.clientSecret=login,alertmanager.web.tlsSecret=web-tls,alertmanager.web.clientSecret=login",
			"--set-string", "server.web.users.kmon=" + loginHash + ",alertmanager.web.users.kmon=" + loginHash,
		}},
		{name: "below a path", values: "restricted", labels: restricted, more: []string{
			"--set", "server.externalUrl=http://a.example/metrics,alertmanager.externalUrl=http://a.example/alerts",
		}},
		{name: "longest name", values: "minimal", release: "the-longest-name-of-a-release-that-helm-accepts-53-ch"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // they wait for pods most of the time
			release := test.release
			if release == "" {
				release = "kube-monitoring-stack"
			}
			i := connect(t).second(t, release, test.labels)
			if test.prepare != nil {
				test.prepare(i, t)
			}
			i.up(t, test.values, test.more...)
			i.must(t, "test", i.release, "--timeout", "3m")
		})
	}
}

// An upgrade and the way back keep every sample.
func TestChartUpgradeAndRollback(t *testing.T) {
	t.Parallel()
	i := connect(t).second(t, "kube-monitoring-stack", nil)
	// A job of a team's own, which the upgrade gives a label as all others.
	i.apply(t, i.namespace, "team", "scrape", map[string]string{"job.yaml": `scrape_configs:
- {job_name: team, static_configs: [{targets: [kube-monitoring-stack-server:9090]}]}
- {job_name: other, static_configs: [{targets: [kube-monitoring-stack-server:9090], labels: {cluster: other}}]}
`})
	i.up(t, "restricted", "--set", "server.scrapeInterval=5s")
	// The release that reads every namespace takes what is addressed to nobody, and
	// nothing of what the other release brings.
	await(t, time.Minute, time.Second, "two releases apart", func(ctx context.Context) error {
		var data struct {
			Items []struct {
				Ref struct{ Namespace, Name string }
			}
		}
		if err := connect(t).prometheus(ctx, "status/dropins", nil, &data); err != nil {
			return err
		}
		var taken []string
		for _, item := range data.Items {
			if item.Ref.Namespace == i.namespace {
				taken = append(taken, item.Ref.Name)
			}
		}
		if !slices.Equal(taken, []string{"team"}) {
			return fmt.Errorf("the first release has taken %v from the namespace of the second", taken)
		}
		return nil
	})
	query := `sum(count_over_time(up{job="prometheus"}[1h]))` // the upgrade gives samples one more label
	var before float64
	await(t, time.Minute, time.Second, "samples", func(ctx context.Context) error {
		var err error
		if before, err = i.scalar(ctx, query); err == nil && before < 3 {
			err = fmt.Errorf("%v samples", before)
		}
		return err
	})
	upgrade := append([]string{
		"upgrade", i.release, i.chart, "--wait", "--timeout", "3m", "--values", filepath.Join(i.chart, "ci", "restricted-values.yaml"),
		"--set", "server.scrapeInterval=5s,global.clusterName=upgraded,alertmanager.retention=48h",
	}, i.common()...)
	for _, step := range [][]string{upgrade, {"rollback", i.release, "1", "--wait", "--timeout", "3m"}} {
		i.must(t, step...)
		await(t, time.Minute, time.Second, step[0]+" kept the samples", func(ctx context.Context) error {
			after, err := i.scalar(ctx, query)
			if err == nil && after < before {
				err = fmt.Errorf("%v samples, before there were %v", after, before)
			}
			return err
		})
		if step[0] != "upgrade" {
			continue
		}
		for _, want := range []string{`{job="team",cluster="upgraded"}`, `{job="other",cluster="other"}`} {
			await(t, time.Minute, time.Second, want, func(ctx context.Context) error {
				n, err := i.scalar(ctx, "count(prometheus_build_info"+want+")")
				if err == nil && n != 1 {
					err = fmt.Errorf("%v series", n)
				}
				return err
			})
		}
	}
}
