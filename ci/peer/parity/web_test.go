package parity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// withPassword adds a user to every request.
type withPassword struct{ next http.RoundTripper }

func (w withPassword) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.SetBasicAuth("ann", "secret")
	return w.next.RoundTrip(r)
}

// TestWebConfigFile serves both with TLS, a password and headers from one
// --web.config.file.
func TestWebConfigFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	roots := certificate(t, dir)
	hash, err := bcrypt.GenerateFromPassword([]byte("secret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "web.yml")
	write(t, file, inline(
		"tls_server_config: {cert_file: tls.crt, key_file: tls.key, min_version: TLS13}",
		"http_server_config: {headers: {X-Frame-Options: deny}}",
		"basic_auth_users: {ann: '"+string(hash)+"'}",
	))
	promtool(t, true, "check", "web-config", file)

	tlsOnly := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	for _, s := range bothSides() {
		t.Run(s.name, func(t *testing.T) {
			in := startSpec(t, s, server{args: []string{"--web.config.file=" + file}},
				instance.Spec{Scheme: "https", Client: &http.Client{Transport: withPassword{tlsOnly}}})
			for _, c := range []struct {
				what, url string
				client    *http.Client
				status    int
			}{
				{"with a password", in.URL, &http.Client{Transport: withPassword{tlsOnly}}, http.StatusOK},
				{"without", in.URL, &http.Client{Transport: tlsOnly}, http.StatusUnauthorized},
				{"without TLS", "http" + strings.TrimPrefix(in.URL, "https"), http.DefaultClient, http.StatusBadRequest},
			} {
				for _, path := range []string{"/api/v1/query?query=1", "/metrics", "/-/healthy"} {
					req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+path, nil)
					if err != nil {
						t.Fatal(err)
					}
					resp, err := c.client.Do(req)
					if err != nil {
						t.Fatal(err)
					}
					resp.Body.Close()
					if resp.StatusCode != c.status {
						t.Errorf("%s %s: %d, want %d", c.what, path, resp.StatusCode, c.status)
					}
					if c.status == http.StatusOK && resp.Header.Get("X-Frame-Options") != "deny" {
						t.Errorf("%s %s: the header of the file is missing", c.what, path)
					}
				}
			}
			old := &http.Client{Transport: withPassword{&http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MaxVersion: tls.VersionTLS12}}}}
			if resp, err := old.Get(in.URL + "/-/healthy"); err == nil {
				resp.Body.Close()
				t.Error("TLS 1.2 is accepted against min_version")
			}
		})
	}
}

// certificate writes tls.crt and tls.key for 127.0.0.1 and returns who to trust.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "parity"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:        true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	crt := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	write(t, filepath.Join(dir, "tls.crt"), string(crt))
	write(t, filepath.Join(dir, "tls.key"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(crt)
	return pool
}

// TestRoutePrefix serves both below a path.
func TestRoutePrefix(t *testing.T) {
	t.Parallel()
	noRedirects := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, args := range [][]string{
		{"--web.external-url=http://monitoring.example/prom"},
		{"--web.external-url=http://monitoring.example/prom/", "--web.route-prefix=/other"},
		{"--web.route-prefix=/other/"},
	} {
		prefix := "/prom"
		if len(args) > 1 || strings.Contains(args[0], "route-prefix") {
			prefix = "/other"
		}
		theirs := startSpec(t, upstream(), server{args: args}, instance.Spec{ReadyPath: prefix + "/-/ready"})
		mine := startSpec(t, ours(), server{args: args}, instance.Spec{ReadyPath: prefix + "/-/ready"})
		for _, path := range []string{
			prefix + "/api/v1/query?query=1", prefix + "/metrics", prefix + "/-/healthy", prefix + "/federate",
			"/", "/-/healthy", "/api/v1/query?query=1", "/metrics",
		} {
			var got [2]string
			for i, in := range []*instance.Instance{theirs, mine} {
				resp, err := noRedirects.Get(in.URL + path)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				got[i] = resp.Status + " " + resp.Header.Get("Location")
			}
			if got[0] != got[1] {
				t.Errorf("%v: %s: prometheus %q, ours %q", args, path, got[0], got[1])
			}
		}
		stop(t, theirs)
		stop(t, mine)
	}
}
