package pki

import (
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Kubeconfig says who talks to which API server.
type Kubeconfig struct {
	// Server is the API server's URL; CA the authority's certificate file.
	Server, CA string
	// Cert is the base of the client's certificate and key files.
	Cert string
	// Context is the name shown to people.
	Context string
}

// Write writes a kubeconfig that only its owner can read. It holds the certificates
// themselves, so it can be copied elsewhere.
func (k Kubeconfig) Write(path string) error {
	c := api.NewConfig()
	c.Clusters[k.Context] = &api.Cluster{Server: k.Server, CertificateAuthority: k.CA}
	c.AuthInfos[k.Context] = &api.AuthInfo{ClientCertificate: k.Cert + ".crt", ClientKey: k.Cert + ".key"}
	c.Contexts[k.Context] = &api.Context{Cluster: k.Context, AuthInfo: k.Context}
	c.CurrentContext = k.Context
	if err := api.FlattenConfig(c); err != nil {
		return fmt.Errorf("kubeconfig %s: %w", path, err)
	}
	if err := clientcmd.WriteToFile(*c, path); err != nil {
		return fmt.Errorf("kubeconfig %s: %w", path, err)
	}
	return nil
}
