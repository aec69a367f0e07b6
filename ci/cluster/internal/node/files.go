//go:build linux

package node

import (
	"bytes"
	"embed"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"text/template"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/pki"
)

//go:embed files
var files embed.FS

// Paths inside the node. /run is the node's own, empty after each start as on a machine.
const (
	containerdSocket = "/run/containerd/containerd.sock"
	containerdState  = "/run/containerd"
)

// view is what the configuration files are made from.
type view struct {
	Node
	ContainerdSocket, ContainerdState string
}

// writeFiles writes the node's certificate and configuration files.
func (n Node) writeFiles(ca *pki.Authority, kubeProxyCert string) error {
	for _, dir := range []string{n.Path(), n.Volumes(), n.Path("cni")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	// Its name and address are in the certificate: whoever scrapes the kubelet can verify it.
	cert := n.PKI(n.Name())
	err := ca.Ensure(cert, pki.Request{
		Organization: "system:nodes",
		CommonName:   "system:node:" + n.Name(),
		DNSNames:     []string{n.Name()},
		IPs:          []netip.Addr{n.IP()},
	})
	if err != nil {
		return err
	}
	policiesCert := n.PKI(networkPolicies)
	if err := ca.Ensure(policiesCert, pki.Request{CommonName: networkPolicies}); err != nil {
		return err
	}
	for file, cert := range map[string]string{
		"kubelet.kubeconfig": cert, "kube-proxy.kubeconfig": kubeProxyCert, networkPolicies + ".kubeconfig": policiesCert,
	} {
		k := pki.Kubeconfig{Server: n.APIServerURLFromNodes(), CA: n.PKI("ca.crt"), Cert: cert, Context: "node"}
		if err := k.Write(n.Path(file)); err != nil {
			return err
		}
	}
	for _, file := range []string{"containerd.toml", "kubelet.yaml", "cni/10-pods.conflist", "resolv.conf", "no-resolver.conf"} {
		text, err := n.render(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(n.Path(file), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (n Node) render(file string) ([]byte, error) {
	t, err := template.ParseFS(files, "files/"+filepath.Base(file)+".tmpl")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, view{Node: n, ContainerdSocket: containerdSocket, ContainerdState: containerdState}); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return out.Bytes(), nil
}
