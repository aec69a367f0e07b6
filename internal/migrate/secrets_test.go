package migrate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"sigs.k8s.io/yaml"
)

func planOf(t *testing.T, spec string, r Release) *Plan {
	t.Helper()
	var values map[string]any
	if err := yaml.Unmarshal([]byte(spec), &values); err != nil {
		t.Fatal(err)
	}
	return FromValues(map[string]any{"prometheus": map[string]any{"prometheusSpec": values}}, r)
}

const references = `
secrets: [s, more]
remoteWrite:
- url: https://a.example.org
  basicAuth: {username: {name: s, key: user}, password: {name: s, key: password}}
  tlsConfig:
    ca: {configMap: {name: ca, key: ca.crt}}
    cert: {secret: {name: client, key: tls.crt}}
    keySecret: {name: client, key: tls.key}
    insecureSkipVerify: false
- url: https://b.example.org
  authorization: {type: Bearer, credentials: {name: s, key: token}}
- url: https://c.example.org
  oauth2: {clientId: {secret: {name: s, key: id}}, clientSecret: {name: s, key: secret}, tokenUrl: https://t}
- url: https://d.example.org
  sigv4: {region: x, accessKey: {name: aws, key: id}, secretKey: {name: aws, key: secret}}
additionalScrapeConfigs: {name: jobs, key: prometheus-additional.yaml}
`

// A reference to a Secret stays one: the server reads the file that Kubernetes makes
// of it, and Prometheus takes what comes out.
func TestReferencesBecomeFiles(t *testing.T) {
	p := planOf(t, references, Release{Namespace: "new", From: "old"})
	want := []any{
		map[string]any{
			"url":        "https://a.example.org",
			"basic_auth": map[string]any{"username_file": "/etc/prometheus/secrets/s/user", "password_file": "/etc/prometheus/secrets/s/password"},
			"tls_config": map[string]any{
				"ca_file": "/etc/prometheus/configmaps/ca/ca.crt", "cert_file": "/etc/prometheus/secrets/client/tls.crt",
				"key_file": "/etc/prometheus/secrets/client/tls.key", "insecure_skip_verify": false,
			},
		},
		map[string]any{"url": "https://b.example.org", "authorization": map[string]any{"type": "Bearer", "credentials_file": "/etc/prometheus/secrets/s/token"}},
	}
	if diff := cmp.Diff(want, dig(p.Values, "server", "remoteWrite")); diff != "" {
		t.Error(diff)
	}
	text, err := yaml.Marshal(map[string]any{"remote_write": dig(p.Values, "server", "remoteWrite")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(string(text), promslog.NewNopLogger()); err != nil {
		t.Errorf("Prometheus does not take it: %v\n%s", err, text)
	}
	var left []string
	for _, l := range p.Left {
		left = append(left, l.Path)
	}
	if diff := cmp.Diff([]string{"prometheus.prometheusSpec.remoteWrite.2", "prometheus.prometheusSpec.remoteWrite.3"}, left); diff != "" {
		t.Error(diff)
	}
	needs := []Need{{inConfigMap, "ca"}, {inSecret, "client"}, {inSecret, "more"}, {inSecret, "s"}}
	if diff := cmp.Diff(needs, p.Needs); diff != "" {
		t.Error(diff)
	}
	pod, err := yaml.Marshal(dig(p.Values, "server", "pod"))
	if err != nil {
		t.Fatal(err)
	}
	const wantPod = `containers:
- name: server
  volumeMounts:
  - mountPath: /etc/prometheus/secrets/s
    name: secret-s
    readOnly: true
  - mountPath: /etc/prometheus/secrets/client
    name: secret-client
    readOnly: true
  - mountPath: /etc/prometheus/configmaps/ca
    name: configmap-ca
    readOnly: true
  - mountPath: /etc/prometheus/secrets/more
    name: secret-more
    readOnly: true
`
	if len(dig(p.Values, "server", "pod", "volumes").([]any)) != 4 || !cmp.Equal(sortedLines(wantPod), sortedLines(string(pod[:strings.Index(string(pod), "volumes:")]))) {
		t.Errorf("got\n%s", pod)
	}
	if diff := cmp.Diff([]any{"new"}, dig(p.Values, "dropIns", "secretNamespaces")); diff != "" {
		t.Error(diff)
	}
}

func sortedLines(s string) map[string]int {
	out := map[string]int{}
	for line := range strings.Lines(s) {
		out[line]++
	}
	return out
}

// The script says what to do with Secrets, and only what has to be done.
func TestScript(t *testing.T) {
	for _, c := range []struct {
		spec string
		r    Release
		want []string
	}{
		{"replicas: 2", Release{Namespace: "new", From: "old"}, nil},
		{"secrets: [s]", Release{Namespace: "same"}, nil},
		{"secrets: [s]", Release{Namespace: "new", From: "old"}, []string{"kubectl get secret s -n old"}},
		{"additionalScrapeConfigs: {name: jobs, key: a.yaml}", Release{Namespace: "same"}, []string{"echo scrape_configs:", "kubectl get secret jobs -n same", `.data "a.yaml"`}},
		{"additionalScrapeConfigsSecret: {enabled: true, name: jobs, key: a.yaml}", Release{Namespace: "same"}, []string{"kubectl get secret jobs -n same"}},
		{"secrets: ['s; rm -rf /']", Release{Namespace: "new", From: "old"}, nil},
		{"additionalScrapeConfigs: {name: jobs, key: \"'$(x)\"}", Release{Namespace: "new", From: "old"}, nil},
		{"additionalScrapeConfigsSecret: {enabled: false, name: jobs, key: a.yaml}", Release{Namespace: "same"}, nil},
	} {
		got := planOf(t, c.spec, c.r).Script(c.r)
		if (got == "") != (c.want == nil) {
			t.Errorf("%s: got %q", c.spec, got)
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", c.spec, want, got)
			}
		}
	}
}
