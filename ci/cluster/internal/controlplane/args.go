//go:build linux

package controlplane

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/layout"
)

// args is the command line of a process. Two processes that differ here are
// not the same: a change restarts it.
func (p Plane) args(name string) []string {
	switch name {
	case etcd:
		return p.etcdArgs()
	case apiServer:
		return p.apiServerArgs()
	case controllerManager:
		return append(p.componentArgs(name),
			"--service-account-private-key-file="+p.Layout.PKI("sa.key"),
			"--root-ca-file="+p.Layout.PKI("ca.crt"),
			"--cluster-signing-cert-file="+p.Layout.PKI("ca.crt"),
			"--cluster-signing-key-file="+p.Layout.PKI("ca.key"),
			"--use-service-account-credentials",
		)
	case scheduler:
		return p.componentArgs(name)
	case provisioner:
		return []string{p.Layout.Bin("cluster"), "--dir=" + p.Layout.Dir, fmt.Sprintf("--id=%d", p.Layout.ID), "provisioner"}
	}
	panic("no such process: " + name)
}

func (p Plane) etcdArgs() []string {
	l := p.Layout
	client := fmt.Sprintf("http://127.0.0.1:%d", l.EtcdPort())
	peer := fmt.Sprintf("http://127.0.0.1:%d", l.EtcdPeerPort())
	return []string{l.Bin(etcd),
		"--data-dir=" + l.EtcdData(),
		// A machine that loses power loses this cluster, which is a test's.
		"--unsafe-no-fsync",
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=default=" + peer,
		fmt.Sprintf("--listen-metrics-urls=http://%s:%d", l.HostIP(), layout.EtcdMetricsPort),
	}
}

func (p Plane) apiServerArgs() []string {
	l := p.Layout
	return []string{l.Bin(apiServer),
		fmt.Sprintf("--etcd-servers=http://127.0.0.1:%d", l.EtcdPort()),
		"--advertise-address=" + l.HostIP().String(),
		fmt.Sprintf("--secure-port=%d", l.APIPort()),
		"--allow-privileged",
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		"--service-cluster-ip-range=" + l.ServiceCIDR().String(),
		"--client-ca-file=" + l.PKI("ca.crt"),
		"--tls-cert-file=" + l.PKI("apiserver.crt"),
		"--tls-private-key-file=" + l.PKI("apiserver.key"),
		"--kubelet-certificate-authority=" + l.PKI("ca.crt"),
		"--kubelet-client-certificate=" + l.PKI("apiserver-kubelet-client.crt"),
		"--kubelet-client-key=" + l.PKI("apiserver-kubelet-client.key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + l.PKI("sa.pub"),
		"--service-account-signing-key-file=" + l.PKI("sa.key"),
		"--requestheader-client-ca-file=" + l.PKI("front-proxy-ca.crt"),
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + l.PKI("front-proxy-client.crt"),
		"--proxy-client-key-file=" + l.PKI("front-proxy-client.key"),
	}
}

// componentArgs is what the controller manager and the scheduler share. They listen
// on the bridge, where a monitoring system in the cluster finds them.
func (p Plane) componentArgs(name string) []string {
	config := p.Layout.ComponentKubeconfig(name)
	return []string{p.Layout.Bin(name),
		"--kubeconfig=" + config,
		"--authentication-kubeconfig=" + config,
		"--authorization-kubeconfig=" + config,
		"--bind-address=" + p.Layout.HostIP().String(),
		"--tls-cert-file=" + p.Layout.PKI(name+".crt"),
		"--tls-private-key-file=" + p.Layout.PKI(name+".key"),
		"--leader-elect=false", // there is one of each
	}
}

// readyURL is where a process says whether it is ready; empty if it does not say.
func (p Plane) readyURL(name string) string {
	host := p.Layout.HostIP()
	switch name {
	case etcd:
		return fmt.Sprintf("http://%s:%d/readyz", host, layout.EtcdMetricsPort)
	case apiServer:
		return p.Layout.APIServerURL() + "/readyz"
	case controllerManager:
		return fmt.Sprintf("https://%s:10257/healthz", host)
	case scheduler:
		return fmt.Sprintf("https://%s:10259/readyz", host)
	}
	return ""
}

// client trusts the cluster's authority and comes as its administrator. No proxy
// stands between this machine and itself, whatever the environment says.
func (p Plane) client() (*http.Client, error) {
	cert, err := tls.LoadX509KeyPair(p.Layout.PKI("admin.crt"), p.Layout.PKI("admin.key"))
	if err != nil {
		return nil, fmt.Errorf("administrator's certificate: %w", err)
	}
	ca, err := os.ReadFile(p.Layout.PKI("ca.crt"))
	if err != nil {
		return nil, fmt.Errorf("cluster's authority: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return nil, errors.New("cluster's authority: no certificate in the file")
	}
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}},
		DisableKeepAlives: true,
	}
	return &http.Client{Transport: transport, Timeout: 5 * time.Second}, nil
}
