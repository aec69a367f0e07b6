// Package addons puts into a new cluster what every cluster has: DNS, a default StorageClass,
// and kube-proxy's permissions.
package addons

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"os/exec"
	"strings"
	"text/template"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/layout"
)

//go:embed *.yaml.tmpl
var manifests embed.FS

// Values is what the manifests need to know.
type Values struct {
	layout.Layout
	CoreDNSImage, Provisioner string
}

// Apply applies the manifests. It is a no-op where nothing changed.
func Apply(ctx context.Context, v Values) error {
	t, err := template.ParseFS(manifests, "*.yaml.tmpl")
	if err != nil {
		return fmt.Errorf("addons: %w", err)
	}
	var all bytes.Buffer
	for _, manifest := range t.Templates() {
		all.WriteString("---\n")
		if err := manifest.Execute(&all, v); err != nil {
			return fmt.Errorf("addons: %w", err)
		}
	}
	cmd := exec.CommandContext(ctx, v.Bin("kubectl"), "--kubeconfig="+v.Kubeconfig(), "apply", "--server-side", "--force-conflicts", "-f", "-")
	cmd.Stdin = &all
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("apply the addons: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
