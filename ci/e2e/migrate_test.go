package e2e

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const hunter = "hunter2-which-nobody-may-see"

// A Prometheus of the operator whose settings refer to Secrets is read from the API
// server. Nothing of the Secrets is in what is written, the chart takes the values, and
// the script that is written makes the drop-in and the copies out of what is there.
func TestMigrateRefersToSecrets(t *testing.T) {
	t.Parallel()
	o := withOperatorObjects(t)
	o.install("prometheuses")
	helm, chart := os.Getenv("E2E_HELM"), os.Getenv("E2E_CHART")
	if helm == "" || chart == "" {
		t.Skip("E2E_HELM and E2E_CHART are not set: make e2e sets them")
	}
	from, to := o.team(t), o.team(t)
	for name, data := range map[string]map[string]string{
		"remote": {"user": "me", "password": hunter},
		"jobs":   {"prometheus-additional.yaml": "- job_name: gateway\n  basic_auth: {username: me, password: " + hunter + "}\n  static_configs: [{targets: ['gateway:9100']}]\n"},
	} {
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, StringData: data}
		if _, err := o.cluster.client.CoreV1().Secrets(from).Create(t.Context(), secret, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	o.create("prometheuses", from, `
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: main}
spec:
  retention: 20d
  remoteWrite:
  - url: https://remote.example.org/api/v1/push
    basicAuth: {username: {name: remote, key: user}, password: {name: remote, key: password}}
  additionalScrapeConfigs: {name: jobs, key: prometheus-additional.yaml}
`)

	dir := t.TempDir()
	kmon, out := build(t, filepath.Join("..", ".."), "./cmd/kmon"), filepath.Join(dir, "new")
	run := func(program string, args ...string) string {
		t.Helper()
		text, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, text)
		}
		return string(text)
	}
	said := run(kmon, "migrate", "--kubeconfig="+os.Getenv("KUBECONFIG"), "--from-namespace="+from, "--namespace="+to, "--out="+out)
	secrets := []string{hunter, base64.StdEncoding.EncodeToString([]byte(hunter))}
	hidden := func(where, text string) {
		t.Helper()
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s has the value of a Secret:\n%s", where, text)
			}
		}
	}
	hidden("what was said", said)
	err := filepath.WalkDir(out, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		hidden(path, string(raw))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	rendered := run(helm, "template", "new", chart, "--namespace="+to, "-f", filepath.Join(out, "values.yaml"))
	for _, want := range []string{
		"password_file: /etc/prometheus/secrets/remote/password", "mountPath: /etc/prometheus/secrets/remote", "secretName: remote", "--secret-namespaces=" + to,
	} {
		if !strings.Contains(rendered, want) {
			t.Errorf("no %q in what the chart makes of the values", want)
		}
	}
	for range 2 { // again does no harm
		hidden("what the script said", run("sh", filepath.Join(out, "secrets.sh")))
	}
	api := o.cluster.client.CoreV1().Secrets(to)
	remote, err := api.Get(t.Context(), "remote", metav1.GetOptions{})
	if err != nil || string(remote.Data["password"]) != hunter {
		t.Errorf("the Secret that the server reads: %v", err)
	}
	jobs, err := api.Get(t.Context(), "additional-scrape-configs", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if jobs.Labels[dropInLabel] != "scrape" {
		t.Errorf("labels %v", jobs.Labels)
	}
	hidden("the annotations of the drop-in", fmt.Sprint(jobs.Annotations))
	// The Secret is a drop-in that is taken.
	manifest := filepath.Join(dir, "secret.yaml")
	run("sh", "-c", fmt.Sprintf("kubectl get secret additional-scrape-configs -n %s -o yaml > %s", to, manifest))
	run(kmon, "check", "--trusted-namespaces="+to, manifest)
}
