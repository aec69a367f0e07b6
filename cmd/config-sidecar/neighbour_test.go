package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Beside Alertmanager and Grafana the sidecar writes what they start with, whether
// they answer or not.
func TestFilesForOtherNeighbours(t *testing.T) {
	for forWhom, want := range map[string]string{
		forAlertmanager: "current/alertmanager.yml",
		forGrafana:      "provisioning/dashboards/kube-monitoring-stack-drop-ins.yaml",
	} {
		t.Run(forWhom, func(t *testing.T) {
			srv := httptest.NewServer(&apiServer{})
			defer func() { srv.CloseClientConnections(); srv.Close() }()
			dir := t.TempDir()
			base := filepath.Join(dir, "alertmanager.yml")
			if err := os.WriteFile(base, []byte("route: {receiver: none}\nreceivers: [{name: none}]\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			out := &output{}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				ended <- run(ctx, []string{
					"--for=" + forWhom, "--kubeconfig=" + kubeconfig(t, srv.URL), "--live-dir=" + filepath.Join(dir, "live"),
					"--publish-dir=" + filepath.Join(dir, "out"), "--listen-address=127.0.0.1:0",
					"--base-config=" + base, "--alertmanager-url=http://127.0.0.1:1", "--grafana-url=http://127.0.0.1:1",
					"--grafana-password-file=" + filepath.Join(dir, "password"), "--grafana-create-password",
				}, out, out)
			}()
			await(t, "ready", out, func() error {
				m := regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`).FindStringSubmatch(out.String())
				if m == nil {
					return fmt.Errorf("no address is logged")
				}
				_, err := get("http://" + m[1] + "/readyz")
				return err
			})
			if _, err := os.Stat(filepath.Join(dir, "out", want)); err != nil {
				t.Error(err)
			}
			// Rules are another sidecar's, and so is telling what is wrong with them.
			if strings.Contains(out.String(), "team/bad") {
				t.Errorf("it told about rules:\n%s", out)
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}
