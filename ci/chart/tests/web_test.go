package tests

import (
	"path"
	"slices"
	"strings"
	"testing"

	promconfig "github.com/prometheus/common/config"
	"go.yaml.in/yaml/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

const protectedValues = `
server: {web: {tlsSecret: server-tls, users: {kms: $2y$10$hash}, clientSecret: server-login}}
alertmanager: {sidecar: true, web: {tlsSecret: am-tls, users: {kms: $2y$10$hash}, clientSecret: am-login}}
`

func datasources(t *testing.T, r *render.Release) string {
	t.Helper()
	for _, cm := range typed[*corev1.ConfigMap](t, r) {
		if text, ok := cm.Data["datasources.yaml"]; ok {
			return text
		}
	}
	t.Fatal("Grafana has no datasources")
	return ""
}

// With TLS and passwords on, every client of the stack's own has what it needs,
// and mounts it.
func TestProtected(t *testing.T) {
	r := rendered(t, withYAML(t, protectedValues))
	for _, job := range jobs(t, r) {
		if label := jobLabel(job); label != "prometheus" && label != "alertmanager" {
			continue
		}
		c := job.HTTPClientConfig
		if job.Scheme != "https" || c.BasicAuth == nil || c.BasicAuth.PasswordFile == "" || c.TLSConfig.CAFile == "" || c.TLSConfig.ServerName == "" {
			t.Errorf("job %s does not log in: %+v", job.JobName, c)
		}
	}
	am := baseConfig(t, r).AlertingConfig.AlertmanagerConfigs[0]
	if am.Scheme != "https" || am.HTTPClientConfig.BasicAuth == nil {
		t.Errorf("alerts are sent without logging in: %+v", am)
	}
	for _, want := range []string{"https://kube-monitoring-stack-server.", "basicAuthPassword: $__file{/etc/kube-monitoring-stack-clients/server/password}", "tlsCACert: $__file{/etc/kube-monitoring-stack-clients/alertmanager/ca.crt}"} {
		if text := datasources(t, r); !strings.Contains(text, want) {
			t.Errorf("Grafana's datasources lack %q:\n%s", want, text)
		}
	}
	for component, want := range map[string][]string{
		"server":       {"client-server", "client-alertmanager", "web-config", "web-tls"},
		"alertmanager": {"client-alertmanager", "web-config", "web-tls"},
		"grafana":      {"client-server", "client-alertmanager"},
	} {
		pod := pods(t, r)[component]
		for _, volume := range want {
			if !slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == volume }) {
				t.Errorf("%s lacks the volume %s", component, volume)
			}
		}
	}
	// The kubelet has no password.
	for _, component := range []string{"server", "alertmanager"} {
		if p := pods(t, r)[component].Spec.Containers[0].ReadinessProbe; p.TCPSocket == nil {
			t.Errorf("%s is asked by %+v", component, p)
		}
	}
}

// helm test logs in as the stack's own programs do: by files, and none of what is
// secret is an argument.
func TestTheTestLogsIn(t *testing.T) {
	pod := typed[*corev1.Pod](t, rendered(t, withYAML(t, protectedValues)))[0]
	c := pod.Spec.Containers[0]
	for _, want := range []string{
		"--server=https://kube-monitoring-stack-server:9090", "--server-http-config=/etc/kube-monitoring-stack-http/server/http-client.yml",
		"--alertmanager=https://kube-monitoring-stack-alertmanager:9093", "--alertmanager-http-config=/etc/kube-monitoring-stack-http/alertmanager/http-client.yml",
	} {
		if !slices.Contains(c.Args, want) {
			t.Errorf("it lacks %s: %v", want, c.Args)
		}
	}
	// What its files name is there.
	r := rendered(t, withYAML(t, protectedValues))
	for _, component := range []string{"server", "alertmanager"} {
		var config promconfig.HTTPClientConfig
		for _, cm := range typed[*corev1.ConfigMap](t, r) {
			if cm.Name == "kube-monitoring-stack-"+component {
				if err := yaml.UnmarshalStrict([]byte(cm.Data["http-client.yml"]), &config); err != nil {
					t.Fatal(err)
				}
			}
		}
		if config.BasicAuth == nil {
			t.Fatalf("there is no file by which it logs in to %s", component)
		}
		for _, file := range []string{config.BasicAuth.UsernameFile, config.BasicAuth.PasswordFile, config.TLSConfig.CAFile} {
			dir, name := path.Split(file)
			i := slices.IndexFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath+"/" == dir })
			if i < 0 {
				t.Fatalf("%s is not mounted", file)
			}
			v := pod.Spec.Volumes[slices.IndexFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == c.VolumeMounts[i].Name })]
			if !slices.ContainsFunc(v.Projected.Sources, func(s corev1.VolumeProjection) bool {
				return s.Secret.Items[0].Path == name || len(s.Secret.Items) > 1 && s.Secret.Items[1].Path == name
			}) {
				t.Errorf("the volume of %s has no such file", file)
			}
		}
		if config.TLSConfig.ServerName != "kube-monitoring-stack-"+component+".monitoring.svc" || config.TLSConfig.InsecureSkipVerify {
			t.Errorf("of %s it verifies %+v", component, config.TLSConfig)
		}
	}
	if len(typed[*corev1.Pod](t, rendered(t, nil))[0].Spec.Volumes) > 0 {
		t.Error("without passwords it mounts something all the same")
	}
}

// Every mount has its volume and every volume its mount, whatever is on.
func TestMountsAndVolumes(t *testing.T) {
	forEachValues(t, func(t *testing.T, _ map[string]any, r *render.Release) {
		for component, pod := range pods(t, r) {
			mounted := map[string]bool{}
			for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
				for _, m := range c.VolumeMounts {
					mounted[m.Name] = true
				}
			}
			have := map[string]bool{"data": true} // may come from a claim
			for _, v := range pod.Spec.Volumes {
				have[v.Name] = true
				if !mounted[v.Name] {
					t.Errorf("%s: nobody mounts the volume %s", component, v.Name)
				}
			}
			for m := range mounted {
				if !have[m] {
					t.Errorf("%s: there is no volume %s", component, m)
				}
			}
		}
	})
}

// A password is never in an object but a Secret, nor is a hash.
func TestHashesAreInSecrets(t *testing.T) {
	r := rendered(t, withYAML(t, protectedValues))
	for _, u := range r.Objects {
		text, err := u.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if u.GetKind() != "Secret" && strings.Contains(string(text), "$2y$10$hash") {
			t.Errorf("%s has a hash", name(u))
		}
	}
}
