package tests

import (
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

func TestWrongValuesAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		values map[string]any
		want   string
	}{
		"unknown at the top":  {map[string]any{"sever": map[string]any{}}, "sever"},
		"unknown below":       {map[string]any{"server": map[string]any{"replica": 2}}, "replica"},
		"unknown in an image": {map[string]any{"grafana": map[string]any{"image": map[string]any{"name": "x"}}}, "name"},
		"a string as number":  {map[string]any{"server": map[string]any{"replicas": "two"}}, "replicas"},
		"not a duration":      {map[string]any{"server": map[string]any{"retention": map[string]any{"time": "forever"}}}, "time"},
		"not a size":          {map[string]any{"server": map[string]any{"persistence": map[string]any{"size": "20GB"}}}, "size"},
		"not a digest":        {map[string]any{"sidecar": map[string]any{"image": map[string]any{"digest": "sha1:0"}}}, "digest"},
		"not a log level":     {map[string]any{"sidecar": map[string]any{"logLevel": "loud"}}, "logLevel"},
		"unknown override":    {map[string]any{"rules": map[string]any{"overrides": map[string]any{"TargetDown": map[string]any{"threshold": 1}}}}, "threshold"},
		"unknown collector":   {map[string]any{"kubeStateMetrics": map[string]any{"collectors": []any{"secrets"}}}, "secrets"},
	} {
		o := render.DefaultOptions(chartDir)
		o.Values = test.values
		_, err := render.Render(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one that names %q", name, err, test.want)
		}
	}
}

func TestNotes(t *testing.T) {
	r := rendered(t, nil)
	for _, want := range []string{
		"svc/kube-monitoring-stack-server 9090", "svc/kube-monitoring-stack-grafana 3000",
		"kubelet.insecureSkipVerify=true", "alertmanager.config", "grafana.admin.existingSecret",
	} {
		if !strings.Contains(r.Notes, want) {
			t.Errorf("the notes lack %q", want)
		}
	}
	r = rendered(t, withValues(map[string]any{
		"kubelet": map[string]any{"insecureSkipVerify": true},
		"grafana": map[string]any{"enabled": false},
		"server":  map[string]any{"persistence": map[string]any{"enabled": false}},
	}))
	for _, unwanted := range []string{"kubelet.insecureSkipVerify", "grafana"} {
		if strings.Contains(r.Notes, unwanted) {
			t.Errorf("the notes speak of %q", unwanted)
		}
	}
	if !strings.Contains(r.Notes, "no volume") {
		t.Error("the notes do not warn that samples are lost with the pod")
	}
}
