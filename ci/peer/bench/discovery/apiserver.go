package discovery

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// token is the API server's one secret. It listens on loopback and dies with
// the benchmark.
const token = "bench"

// apiServer is a kube-apiserver with an etcd, and nothing else of a cluster: no
// controller changes the objects that the benchmark makes.
type apiServer struct {
	etcd, server *instance.Instance
	kubeconfig   string
	client       *kubernetes.Clientset
}

func startAPIServer(ctx context.Context, dir string) (*apiServer, error) {
	bin, err := binaries(ctx)
	if err != nil {
		return nil, err
	}
	a := &apiServer{kubeconfig: filepath.Join(dir, "kubeconfig")}
	a.etcd, err = instance.Start(ctx, instance.Spec{
		Binary: filepath.Join(bin, "etcd"), Dir: dir, ReadyPath: "/health",
		Args: []string{
			"--data-dir=" + filepath.Join(dir, "etcd"), "--unsafe-no-fsync",
			"--listen-client-urls=http://{addr}", "--advertise-client-urls=http://{addr}",
			"--listen-peer-urls=http://{addr2}", "--initial-advertise-peer-urls=http://{addr2}", "--initial-cluster=default=http://{addr2}",
		},
	})
	if err != nil {
		return nil, err
	}
	if err := a.startServer(ctx, bin, dir); err != nil {
		a.etcd.Kill()
		return nil, err
	}
	return a, nil
}

func (a *apiServer) startServer(ctx context.Context, bin, dir string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	sa, tokens := filepath.Join(dir, "sa.key"), filepath.Join(dir, "tokens.csv")
	raw := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := errors.Join(os.WriteFile(sa, raw, 0o600), os.WriteFile(tokens, []byte(token+",bench,bench,system:masters\n"), 0o600)); err != nil {
		return err
	}
	config := &rest.Config{BearerToken: token, TLSClientConfig: rest.TLSClientConfig{Insecure: true}, QPS: -1}
	transport, err := rest.TransportFor(config)
	if err != nil {
		return err
	}
	a.server, err = instance.Start(ctx, instance.Spec{
		Binary: filepath.Join(bin, "kube-apiserver"), Dir: dir, ReadyPath: "/readyz", Scheme: "https",
		Client: &http.Client{Transport: transport},
		Args: []string{
			"--etcd-servers=" + a.etcd.URL, "--bind-address=127.0.0.1", "--secure-port={port}", "--cert-dir=" + dir,
			"--token-auth-file=" + tokens, "--authorization-mode=AlwaysAllow",
			"--service-account-issuer=https://bench", "--service-account-key-file=" + sa, "--service-account-signing-key-file=" + sa,
			"--service-cluster-ip-range=10.96.0.0/16", "--endpoint-reconciler-type=none",
			"--disable-admission-plugins=ServiceAccount", // without its controller no pod gets past it
		},
	})
	if err != nil {
		return err
	}
	config.Host = a.server.URL
	if a.client, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	return clientcmd.WriteToFile(api.Config{
		Clusters:       map[string]*api.Cluster{"bench": {Server: a.server.URL, InsecureSkipTLSVerify: true}},
		AuthInfos:      map[string]*api.AuthInfo{"bench": {Token: token}},
		Contexts:       map[string]*api.Context{"bench": {Cluster: "bench", AuthInfo: "bench"}},
		CurrentContext: "bench",
	}, a.kubeconfig)
}

// binaries is where kube-apiserver and etcd lie.
func binaries(ctx context.Context) (string, error) {
	dir, err := build.Dir(ctx)
	if err != nil {
		return "", err
	}
	for _, name := range []string{"etcd", "kube-apiserver"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("%w: make up builds it, once", err)
		}
	}
	return dir, nil
}

func (a *apiServer) stop() {
	a.server.Kill()
	a.etcd.Kill()
}

// watches returns how many watches clients hold open, without those of the API
// server itself, which do not come by HTTP.
func (a *apiServer) watches(ctx context.Context) (float64, error) {
	raw, err := a.client.RESTClient().Get().AbsPath("/metrics").DoRaw(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the API server's metrics: %w", err)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(raw))
	if err != nil {
		return 0, fmt.Errorf("read the API server's metrics: %w", err)
	}
	var n float64
	for _, m := range families["apiserver_longrunning_requests"].GetMetric() {
		for _, l := range m.GetLabel() {
			if l.GetName() == "verb" && l.GetValue() == "WATCH" {
				n += m.GetGauge().GetValue()
			}
		}
	}
	return n, nil
}
