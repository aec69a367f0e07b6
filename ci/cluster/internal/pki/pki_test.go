package pki

import (
	"bytes"
	"crypto/x509"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
)

func TestCertificateIsVerifiedByNameAndAddress(t *testing.T) {
	dir := t.TempDir()
	ca, err := LoadAuthority(filepath.Join(dir, "ca"), "test-ca")
	if err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(dir, "node-1")
	request := Request{CommonName: "system:node:node-1", Organization: "system:nodes", DNSNames: []string{"node-1"}, IPs: []netip.Addr{netip.MustParseAddr("172.30.0.11")}}
	if err := ca.Ensure(base, request); err != nil {
		t.Fatal(err)
	}
	cert, _, err := load(base)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	for _, name := range []string{"node-1", "172.30.0.11"} {
		if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: name}); err != nil {
			t.Errorf("as %s: %v", name, err)
		}
	}
	if info, err := os.Stat(base + ".key"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %v (%v), want 0600", info.Mode(), err)
	}
}

func TestEnsureKeepsWhatAnswersAndRenewsTheRest(t *testing.T) {
	dir := t.TempDir()
	base := filepath.Join(dir, "server")
	ca, err := LoadAuthority(filepath.Join(dir, "ca"), "test-ca")
	if err != nil {
		t.Fatal(err)
	}
	ensure := func(a *Authority, r Request) []byte {
		t.Helper()
		if err := a.Ensure(base, r); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(base + ".crt")
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	request := Request{CommonName: "server", IPs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	first := ensure(ca, request)

	again, err := LoadAuthority(filepath.Join(dir, "ca"), "test-ca")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, ensure(again, request)) {
		t.Error("a good certificate was replaced")
	}
	request.IPs = append(request.IPs, netip.MustParseAddr("172.30.0.1"))
	second := ensure(again, request)
	if bytes.Equal(first, second) {
		t.Error("the certificate was kept although an address was added")
	}
	other, err := LoadAuthority(filepath.Join(dir, "other"), "test-ca")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(second, ensure(other, request)) {
		t.Error("the certificate of another authority was kept")
	}
}

func TestKubeconfigIsForItsOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	ca, err := LoadAuthority(filepath.Join(dir, "ca"), "test-ca")
	if err != nil {
		t.Fatal(err)
	}
	if err := ca.Ensure(filepath.Join(dir, "admin"), Request{CommonName: "admin"}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "kubeconfig")
	k := Kubeconfig{Server: "https://127.0.0.1:6443", CA: filepath.Join(dir, "ca.crt"), Cert: filepath.Join(dir, "admin"), Context: "test"}
	if err := k.Write(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil || bytes.Contains(text, []byte(dir)) {
		t.Errorf("the file names other files, and would be of no use elsewhere (%v):\n%s", err, text)
	}
}
