package e2e

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ofTest labels what the test itself made, which a release does not take away.
const ofTest = "kube-monitoring-stack.test/own"

// login is a password for tests, and loginHash its bcrypt hash.
const (
	login     = "not-a-secret"
	loginHash = "$2b$10$7OG/2QxubKgyVBxJjj9oN.0oI7ALKHU0anI.KgX8QqaznMKPullqu"
)

// protect makes the Secrets that server and Alertmanager are protected by: a
// password, and a certificate for both by an authority of its own.
func (i *install) protect(t *testing.T) {
	t.Helper()
	ca, caKey, caPEM, _ := certificate(t, nil, nil, "authority of a test")
	_, _, cert, key := certificate(t, ca, caKey, "server",
		i.release+"-kube-monitoring-stack-server."+i.namespace+".svc", i.release+"-kube-monitoring-stack-alertmanager."+i.namespace+".svc")
	for name, data := range map[string]map[string][]byte{
		"web-tls": {"tls.crt": cert, "tls.key": key, "ca.crt": caPEM},
		"login":   {"username": []byte("kmon"), "password": []byte(login)},
	} {
		_, err := i.client.CoreV1().Secrets(i.namespace).Create(t.Context(), &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{ofTest: "true"}}, Data: data,
		}, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// certificate makes one, signed by the parent, or by itself for an authority.
func certificate(t *testing.T, parent *x509.Certificate, parentKey *ecdsa.PrivateKey, name string, hosts ...string) (*x509.Certificate, *ecdsa.PrivateKey, []byte, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: hosts,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: parent == nil, BasicConstraintsValid: true,
	}
	if parent == nil {
		template.KeyUsage, parent, parentKey = x509.KeyUsageCertSign, template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	rawKey, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, bytes []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes})
	}
	return cert, key, bytes.Clone(block("CERTIFICATE", der)), block("PRIVATE KEY", rawKey)
}
