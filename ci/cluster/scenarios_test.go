//go:build linux

package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/image"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/layout"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/proc"
)

const probeImage = "cluster.local/probe:test"

// probePod has the placeholders name, node, argument.
const probePod = `
apiVersion: v1
kind: Pod
metadata: {name: %[1]s, labels: {app: %[1]s}}
spec:
  nodeName: %[2]s
  terminationGracePeriodSeconds: 0
  containers:
    - name: probe
      image: ` + probeImage + `
      args: [%[3]q]
      ports: [{containerPort: 8080}]
      readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1, timeoutSeconds: 3}
`

// importProbe builds the tests' program and puts its image into the nodes.
func importProbe(t *testing.T, r *rig) {
	t.Helper()
	s := &source{
		cluster:   newCluster(options{layout: layout.Layout{Dir: r.dir, ID: testID}}, io.Discard),
		processes: proc.Table{Owner: filepath.Join(r.dir, "run")},
	}
	if err := s.builder.BuildLocal(t.Context(), build.Local{Name: "probe", Dir: ".", Package: "./testdata/probe"}); err != nil {
		t.Fatal(err)
	}
	img, err := image.Assemble(image.Spec{Entrypoint: "/bin/probe", Programs: map[string]string{"/bin/probe": s.layout.Bin("probe")}})
	if err != nil {
		t.Fatal(err)
	}
	archive, err := image.Write(img, probeImage, filepath.Join(t.TempDir(), "probe.tar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3 imported", "nothing new"} {
		note, err := s.loadIntoNodes(t.Context(), []image.Archive{archive})
		if err != nil || note != want {
			t.Fatalf("import says %q (%v), want %q", note, err, want)
		}
	}
}

// testTraffic has pods ask a Service by its name whose pod is on another node: they get ready only if
// the pod network, DNS and kube-proxy all work.
func testTraffic(t *testing.T, r *rig) {
	r.t = t
	importProbe(t, r)
	r.mustKubectl(fmt.Sprintf(probePod, "there", "node-3", "-ask="), "apply", "-f", "-")
	r.mustKubectl("", "expose", "pod", "there", "--port=8080")
	for _, node := range []string{"node-1", "node-2"} {
		r.mustKubectl(fmt.Sprintf(probePod, "on-"+node, node, "-ask=http://there.default.svc.cluster.local:8080/"), "apply", "-f", "-")
	}
	r.mustKubectl("", "wait", "--for=condition=Ready", "pods", "--all", "--timeout=90s")
	ip := r.mustKubectl("", "get", "service", "there", "-o", "jsonpath={.spec.clusterIP}")
	r.await(20*time.Second, func() error { return get("http://" + ip + ":8080/ready") }) // from the host
	r.mustKubectl("", "delete", "--now", "pod/there", "pod/on-node-1", "pod/on-node-2", "service/there")
}

func get(url string) error {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{}}
	res, err := client.Get(url)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, res.Status)
	}
	return nil
}

// volumePod runs as nobody, so it can write only where fsGroup lets it.
const volumePod = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
---
apiVersion: v1
kind: Pod
metadata: {name: writer}
spec:
  terminationGracePeriodSeconds: 0
  securityContext: {runAsNonRoot: true, runAsUser: 65534, fsGroup: 65534}
  containers:
    - name: probe
      image: ` + probeImage + `
      args: [-write=/data/file]
      readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1}
      volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
`

// testVolumes follows a volume from the claim to the removal of its directory.
func testVolumes(t *testing.T, r *rig) {
	r.t = t
	r.mustKubectl(volumePod, "apply", "-f", "-")
	r.mustKubectl("", "wait", "--for=condition=Ready", "pod/writer", "--timeout=90s")
	volume := r.mustKubectl("", "get", "pvc", "data", "-o", "jsonpath={.spec.volumeName}")
	file := filepath.Join(r.dir, "run", "volumes", volume, "file")
	if text, err := os.ReadFile(file); err != nil || string(text) != "written by a pod\n" {
		t.Errorf("the pod's file is %q (%v)", text, err)
	}
	r.mustKubectl("", "patch", "pvc", "data", "-p", `{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}`)
	r.await(30*time.Second, func() error {
		size, err := r.kubectl("", "get", "pvc", "data", "-o", "jsonpath={.status.capacity.storage}")
		if err == nil && size != "2Gi" {
			err = fmt.Errorf("capacity is %s, want 2Gi", size)
		}
		return err
	})
	r.mustKubectl("", "delete", "--now", "pod/writer", "pvc/data")
	r.await(30*time.Second, func() error {
		if _, err := os.Stat(filepath.Dir(file)); !os.IsNotExist(err) {
			return fmt.Errorf("the volume's directory is still there (%v)", err)
		}
		return nil
	})
}

// testLostNode pulls a node's plug and puts it back.
func testLostNode(t *testing.T, r *rig) {
	r.t = t
	status := func(want string) func() error {
		return func() error {
			out, err := r.kubectl("", "get", "node", "node-2", "-o", `jsonpath={.status.conditions[?(@.type=="Ready")].status}`)
			if err == nil && out != want {
				err = fmt.Errorf("node-2 is ready: %s, want %s", out, want)
			}
			return err
		}
	}
	r.mustRun("node-kill", "2")
	if out, err := r.command(t.Context(), "node-kill", "2").CombinedOutput(); err == nil || !strings.Contains(string(out), "does not run") {
		t.Errorf("killing it again: %v, %s", err, out)
	}
	r.await(90*time.Second, status("Unknown"))
	r.mustRun("node-start", "2")
	r.await(60*time.Second, status("True"))
	out, err := r.command(t.Context(), "status").CombinedOutput()
	if err != nil || slices.ContainsFunc(strings.Split(string(out), "\n"), func(l string) bool { return strings.Contains(l, "not running") }) {
		t.Errorf("status: %v\n%s", err, out)
	}
}
