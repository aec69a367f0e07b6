//go:build linux

package controlplane

import (
	"fmt"
	"net/netip"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/layout"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/pki"
)

// KubeProxyUser is the client certificate that all nodes' kube-proxies use.
const KubeProxyUser = "kube-proxy"

// WriteCredentials makes the certificates and kubeconfigs of the control plane.
func WriteCredentials(l layout.Layout) (*pki.Authority, error) {
	ca, err := pki.LoadAuthority(l.PKI("ca"), "kubernetes-ca")
	if err != nil {
		return nil, err
	}
	frontProxy, err := pki.LoadAuthority(l.PKI("front-proxy-ca"), "front-proxy-ca")
	if err != nil {
		return nil, err
	}
	loopback := netip.MustParseAddr("127.0.0.1")
	here := []netip.Addr{loopback, l.HostIP()}
	certs := []struct {
		file   string
		signer *pki.Authority
		pki.Request
	}{
		{"apiserver", ca, pki.Request{
			CommonName: "kube-apiserver",
			DNSNames:   []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"},
			IPs:        append(here, l.APIServiceIP()),
		}},
		{"apiserver-kubelet-client", ca, pki.Request{Organization: "system:masters", CommonName: "kube-apiserver-kubelet-client"}},
		{"front-proxy-client", frontProxy, pki.Request{CommonName: "front-proxy-client"}},
		{"admin", ca, pki.Request{Organization: "system:masters", CommonName: "admin"}},
		// These two also serve their metrics, and are to be verified like everything else.
		{controllerManager, ca, pki.Request{CommonName: "system:kube-controller-manager", DNSNames: []string{"localhost", "kube-controller-manager"}, IPs: here}},
		{scheduler, ca, pki.Request{CommonName: "system:kube-scheduler", DNSNames: []string{"localhost", "kube-scheduler"}, IPs: here}},
		{provisioner, ca, pki.Request{Organization: "system:masters", CommonName: "volume-provisioner"}},
		{KubeProxyUser, ca, pki.Request{CommonName: "system:kube-proxy"}},
	}
	for _, c := range certs {
		if err := c.signer.Ensure(l.PKI(c.file), c.Request); err != nil {
			return nil, err
		}
	}
	if err := pki.SigningKey(l.PKI("sa")); err != nil {
		return nil, err
	}
	for user, path := range map[string]string{
		"admin":           l.Kubeconfig(),
		controllerManager: l.ComponentKubeconfig(controllerManager),
		scheduler:         l.ComponentKubeconfig(scheduler),
		provisioner:       l.ComponentKubeconfig(provisioner),
	} {
		k := pki.Kubeconfig{Server: l.APIServerURL(), CA: l.PKI("ca.crt"), Cert: l.PKI(user), Context: contextName(l)}
		if err := k.Write(path); err != nil {
			return nil, err
		}
	}
	return ca, nil
}

func contextName(l layout.Layout) string { return fmt.Sprintf("kmon%d", l.ID) }
