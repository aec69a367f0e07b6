// Package pki makes the cluster's certificates, keys and kubeconfigs. What is
// there and still good is left alone, so that running nodes keep trusting it.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	validFor = 365 * 24 * time.Hour
	// renewBefore is how much life an existing certificate must have left.
	renewBefore = 30 * 24 * time.Hour
)

// Authority signs certificates.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Request describes a certificate for both servers and clients.
type Request struct {
	CommonName   string
	Organization string
	DNSNames     []string
	IPs          []netip.Addr
}

// LoadAuthority reads the authority base.crt, base.key, and makes it if it is
// missing or about to expire.
func LoadAuthority(base, commonName string) (*Authority, error) {
	cert, key, err := load(base)
	if err == nil && cert.IsCA && time.Until(cert.NotAfter) > renewBefore {
		return &Authority{cert: cert, key: key}, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("certificate authority %s: %w", base, err)
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: commonName},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature | x509.KeyUsageCRLSign,
	}
	a := &Authority{}
	if a.cert, a.key, err = issue(base, template, nil); err != nil {
		return nil, fmt.Errorf("certificate authority %s: %w", base, err)
	}
	return a, nil
}

// Ensure makes base.crt and base.key if there is none that answers the request.
func (a *Authority) Ensure(base string, r Request) error {
	cert, _, err := load(base)
	if err == nil && a.answers(cert, r) {
		return nil
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: r.CommonName},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		DNSNames:    r.DNSNames,
	}
	if r.Organization != "" {
		template.Subject.Organization = []string{r.Organization}
	}
	for _, ip := range r.IPs {
		template.IPAddresses = append(template.IPAddresses, net.IP(ip.AsSlice()))
	}
	if _, _, err := issue(base, template, a); err != nil {
		return fmt.Errorf("certificate %s: %w", base, err)
	}
	return nil
}

func (a *Authority) answers(cert *x509.Certificate, r Request) bool {
	var ips []netip.Addr
	for _, ip := range cert.IPAddresses {
		if addr, ok := netip.AddrFromSlice(ip); ok {
			ips = append(ips, addr.Unmap())
		}
	}
	return cert.CheckSignatureFrom(a.cert) == nil &&
		time.Until(cert.NotAfter) > renewBefore &&
		cert.Subject.CommonName == r.CommonName &&
		slices.Equal(cert.DNSNames, r.DNSNames) &&
		slices.Equal(ips, r.IPs)
}

// issue makes a key and a certificate signed by a, or by itself without a.
func issue(base string, template *x509.Certificate, a *Authority) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, nil, err
	}
	template.NotBefore = time.Now().Add(-5 * time.Minute)
	template.NotAfter = time.Now().Add(validFor)
	parent, signer := template, key
	if a != nil {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	if err := writeKey(base+".key", key); err != nil {
		return nil, nil, err
	}
	return cert, key, writePEM(base+".crt", "CERTIFICATE", der, 0o644)
}

// SigningKey makes the key pair base.key, base.pub, with which service account tokens
// are signed and checked.
func SigningKey(base string) error {
	if _, err := os.Stat(base + ".pub"); err == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("signing key %s: %w", base, err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return fmt.Errorf("signing key %s: %w", base, err)
	}
	if err := writeKey(base+".key", key); err != nil {
		return fmt.Errorf("signing key %s: %w", base, err)
	}
	return writePEM(base+".pub", "PUBLIC KEY", der, 0o644)
}

func load(base string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	certDER, err := readPEM(base + ".crt")
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(certDER)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := readPEM(base + ".key")
	if err != nil {
		return nil, nil, err
	}
	key, err := x509.ParseECPrivateKey(keyDER)
	return cert, key, err
}

func readPEM(path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM block", path)
	}
	return block.Bytes, nil
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(path, "EC PRIVATE KEY", der, 0o600)
}

// writePEM renames a finished file into place: half a key would be found broken
// by every later run.
func writePEM(path, kind string, der []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	fresh := path + ".new"
	if err := os.WriteFile(fresh, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}
