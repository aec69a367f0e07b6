package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// bucketValues make the chart's Thanos values upload to a bucket on a volume and
// read it back from a store gateway.
const bucketValues = `
server:
  scrapeInterval: 5s
  thanos: {objectStorage: {existingSecret: bucket}}
  pod:
    volumes: [{name: bucket, persistentVolumeClaim: {claimName: bucket}}]
thanosQuerier: {endpoints: [%s]}
`

// Two servers are shown as one: each series once, also while one of them is away,
// and from the object storage what was uploaded. The object storage is a volume
// that all of them mount (Thanos' FILESYSTEM).
func TestThanos(t *testing.T) {
	if os.Getenv("E2E_THANOS") == "" {
		t.Skip("E2E_THANOS is not set: Thanos takes minutes to build, so that make test-thanos alone makes its image and runs this")
	}
	i := connect(t).second(t, "kube-monitoring-stack", nil)
	store := "store." + i.namespace + ".svc:10901"
	values := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(values, fmt.Appendf(nil, bucketValues, store), 0o600); err != nil {
		t.Fatal(err)
	}
	i.bucket(t, i.render(t, "thanos", "--values", values))
	i.up(t, "thanos", "--values", values, "--values", i.shortBlocks(t, "thanos", "--values", values))
	t.Cleanup(func() { // before the release is uninstalled, which is to leave no Secret
		if err := i.client.CoreV1().Secrets(i.namespace).Delete(context.Background(), "bucket", metav1.DeleteOptions{}); err != nil {
			t.Error(err)
		}
	})

	series := fmt.Sprintf("kube_pod_info{namespace=%q,pod=%q}", i.namespace, i.release+"-server-0")
	i.awaitView(t, "one series of two", series, func(every, once []map[string]string) error {
		replicas := map[string]bool{}
		for _, s := range every {
			replicas[s["prometheus_replica"]] = true
		}
		if len(every) != 2 || len(replicas) != 2 || len(once) != 1 || once[0]["prometheus_replica"] != "" {
			return fmt.Errorf("undeduplicated %v, deduplicated %v", every, once)
		}
		t.Logf("of two replicas: %v; shown as %v", slices.Sorted(maps.Keys(replicas)), once[0])
		return nil
	})
	// Sources of Grafana are in a ConfigMap that Grafana's pod alone would read.
	grafana := i.render(t, "thanos", "--set", "grafana.enabled=true")
	if want := fmt.Sprintf("url: http://%s-thanos-querier.%s.svc:10902", i.release, i.namespace); !strings.Contains(grafana, want) {
		t.Errorf("Grafana's datasource does not say %q", want)
	}

	from := url.Values{"storeMatch[]": {fmt.Sprintf("{__address__=%q}", store)}}
	await(t, 4*time.Minute, time.Second, "samples from the bucket", func(ctx context.Context) error {
		got, err := i.view(ctx, "count_over_time("+series+"[30m])", from)
		if err == nil && len(got) != 1 {
			err = fmt.Errorf("the store gateway shows %v", got)
		}
		return err
	})

	// The view has no hole while a replica is away, from the moment that it is killed
	// until its successor is ready.
	now := int64(0)
	pods, gone := i.client.CoreV1().Pods(i.namespace), i.release+"-server-1"
	before, err := pods.Get(t.Context(), gone, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := pods.Delete(t.Context(), gone, metav1.DeleteOptions{GracePeriodSeconds: &now}); err != nil {
		t.Fatal(err)
	}
	looked := 0
	await(t, 2*time.Minute, 100*time.Millisecond, gone+" is back", func(ctx context.Context) error {
		once, err := i.view(ctx, series, url.Values{"dedup": {"true"}})
		if err != nil || len(once) != 1 {
			t.Fatalf("while %s is away the view is %v, %v", gone, once, err)
		}
		after, err := pods.Get(ctx, gone, metav1.GetOptions{})
		if err == nil && (after.UID == before.UID || !ready(after)) {
			looked++
			err = fmt.Errorf("it is %s", after.Status.Phase)
		}
		return err
	})
	if t.Logf("looked at the view %d times while %s was away: no hole", looked, gone); looked == 0 {
		t.Error("it was never seen to be away")
	}
}

// render returns the manifests of a values file of the chart.
func (i *install) render(t *testing.T, values string, more ...string) string {
	t.Helper()
	args := append([]string{"template", i.release, i.chart, "--values", filepath.Join(i.chart, "ci", values+"-values.yaml")}, i.common()...)
	out, err := i.run(t.Context(), append(args, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// shortBlocks writes a values file by which blocks are finished, and uploaded to the
// volume with the bucket, in less than two hours. The chart gives their length itself, for good reasons, so all
// of the server's arguments are replaced by the same with another length.
func (i *install) shortBlocks(t *testing.T, values string, more ...string) string {
	t.Helper()
	for _, u := range decodeAll(t, i.render(t, values, more...)) {
		if u.GetKind() != "StatefulSet" || u.GetName() != i.release+"-server" {
			continue
		}
		var set struct {
			Spec struct{ Template corev1.PodTemplateSpec }
		}
		raw, err := u.MarshalJSON()
		if err == nil {
			err = json.Unmarshal(raw, &set)
		}
		if err != nil {
			t.Fatal(err)
		}
		container := set.Spec.Template.Spec.Containers[slices.IndexFunc(set.Spec.Template.Spec.Containers, func(c corev1.Container) bool { return c.Name == "server" })]
		args := slices.Clone(container.Args)
		for n, a := range args {
			args[n] = strings.Replace(a, "-block-duration=2h", "-block-duration=20s", 1)
		}
		if slices.Equal(args, container.Args) {
			t.Fatalf("the server is not told how long blocks are: %q", args)
		}
		text, err := json.Marshal(map[string]any{"server": map[string]any{"pod": map[string]any{"containers": []any{
			map[string]any{"name": "server", "args": args},
			// Here and not with the volume: of two lists in two files Helm takes the last.
			map[string]any{"name": "thanos", "volumeMounts": []any{map[string]any{"name": "bucket", "mountPath": "/bucket"}}},
		}}}})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "blocks.yaml")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Fatal("no StatefulSet of the server in the rendered chart")
	return ""
}

// view asks the querier and returns the labels of what it shows.
func (i *install) view(ctx context.Context, expr string, params url.Values) ([]map[string]string, error) {
	q := maps.Clone(params)
	q.Set("query", expr)
	raw, err := i.get(ctx, "thanos-querier", "http", "/api/v1/query", q)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, raw)
	}
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct{ Metric map[string]string }
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil || answer.Status != "success" {
		return nil, fmt.Errorf("the querier answers %s (%v)", raw, err)
	}
	var out []map[string]string
	for _, r := range answer.Data.Result {
		out = append(out, r.Metric)
	}
	return out, nil
}

// awaitView waits until the querier shows what is right, without and with deduplication.
func (i *install) awaitView(t *testing.T, what, expr string, right func(every, once []map[string]string) error) {
	t.Helper()
	await(t, 2*time.Minute, 200*time.Millisecond, what, func(ctx context.Context) error {
		every, err := i.view(ctx, expr, url.Values{"dedup": {"false"}})
		if err != nil {
			return err
		}
		once, err := i.view(ctx, expr, url.Values{"dedup": {"true"}})
		if err != nil {
			return err
		}
		return right(every, once)
	})
}

// bucket makes an object storage on a volume, and a store gateway with the image
// that the rendered chart names, which reads from it.
func (i *install) bucket(t *testing.T, rendered string) {
	t.Helper()
	var image string
	for line := range strings.Lines(rendered) {
		if _, after, found := strings.Cut(line, "image: "); found && strings.Contains(after, "/thanos:") {
			image = strings.Trim(strings.TrimSpace(after), `"`)
		}
	}
	if image == "" {
		t.Fatal("the rendered chart names no image of Thanos")
	}
	core, ctx := i.client.CoreV1(), t.Context()
	name := metav1.ObjectMeta{Name: "bucket"}
	_, err := core.PersistentVolumeClaims(i.namespace).Create(ctx, &corev1.PersistentVolumeClaim{ObjectMeta: name, Spec: corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
	}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = core.Secrets(i.namespace).Create(ctx, &corev1.Secret{
		ObjectMeta: name, StringData: map[string]string{"objstore.yml": "type: FILESYSTEM\nconfig: {directory: /bucket}\n"},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	user, nonRoot, no := int64(65534), true, false
	_, err = core.Pods(i.namespace).Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "store", Labels: map[string]string{"app": "store"}},
		Spec: corev1.PodSpec{
			AutomountServiceAccountToken: &no,
			SecurityContext:              &corev1.PodSecurityContext{RunAsNonRoot: &nonRoot, RunAsUser: &user, FSGroup: &user},
			Containers: []corev1.Container{{
				Name: "store", Image: image,
				Args: []string{"store", "--objstore.config-file=/etc/thanos/objstore.yml", "--data-dir=/cache", "--grpc-address=:10901",
					"--http-address=:10902", "--sync-block-duration=2s", "--ignore-deletion-marks-delay=0s"},
				ReadinessProbe: &corev1.Probe{PeriodSeconds: 1, ProbeHandler: corev1.ProbeHandler{
					HTTPGet: &corev1.HTTPGetAction{Path: "/-/ready", Port: intstr.FromInt32(10902)},
				}},
				VolumeMounts: []corev1.VolumeMount{
					{Name: "bucket", MountPath: "/bucket"}, {Name: "secret", MountPath: "/etc/thanos"}, {Name: "cache", MountPath: "/cache"},
				},
			}},
			Volumes: []corev1.Volume{
				{Name: "bucket", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "bucket"}}},
				{Name: "secret", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "bucket"}}},
				{Name: "cache", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = core.Services(i.namespace).Create(ctx, &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "store"},
		Spec:       corev1.ServiceSpec{Selector: map[string]string{"app": "store"}, Ports: []corev1.ServicePort{{Name: "grpc", Port: 10901}}},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
}
