package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	monitoringv1alpha1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// A receiver without a mail server of its own relies on the platform's.
func TestGlobalOfTheBase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "alertmanager.yml")
	const base = "global: {smtp_smarthost: 'smtp:587', smtp_from: a@b}\nroute: {receiver: platform, routes: [{receiver: platform}]}\n" +
		"receivers: [{name: platform, webhook_configs: [{url: 'http://a'}]}]\n"
	if err := os.WriteFile(file, []byte(base), 0o600); err != nil {
		t.Fatal(err)
	}
	object := &monitoringv1alpha1.AlertmanagerConfig{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "mail"},
		Spec: monitoringv1alpha1.AlertmanagerConfigSpec{
			Route: &monitoringv1alpha1.Route{Receiver: "r"},
			Receivers: []monitoringv1alpha1.Receiver{{
				Name: "r", EmailConfigs: []monitoringv1alpha1.EmailConfig{{To: new("team@shop")}},
			}},
		},
	}
	opts := operatorobjects.DefaultOptions()
	var err error
	if opts.AlertmanagerBase, err = globalOf(file); err != nil {
		t.Fatal(err)
	}
	res, err := operatorobjects.New(opts).Convert(operatorobjects.Input{Object: object})
	if err != nil || len(res.Problems) > 0 || len(res.Items) != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	if strings.Contains(string(res.Items[0].Data), "platform") {
		t.Errorf("got %s", res.Items[0].Data)
	}
	if _, err := globalOf(file + "x"); err == nil {
		t.Error("a file that is not there was read")
	}
}
