package operatorobjects_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// trusted is the namespace of the platform team in all tests.
const trusted = "monitoring"

// policy is what the sidecar would check the items with.
var policy = dropin.Policy{Trusted: []string{trusted}}

func options() operatorobjects.Options {
	opts := operatorobjects.DefaultOptions()
	opts.Trusted = policy.Trusted
	return opts
}

// objects reads manifests, of which there may be many in a file.
func objects(t testing.TB, manifests []byte) []operatorobjects.Object {
	t.Helper()
	var out []operatorobjects.Object
	for r := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(manifests))); ; {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		var content map[string]any
		if err := yaml.Unmarshal(doc, &content); err != nil {
			t.Fatal(err)
		}
		o, err := operatorobjects.Decode(content)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, o)
	}
}

func file(t testing.TB, name string) []operatorobjects.Object {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return objects(t, data)
}

// cluster holds what objects refer to. It implements operatorobjects.Lookup.
type cluster struct {
	objects   map[string]any
	forbidden bool
	down      error
}

func (c *cluster) Secret(namespace, name string) (*corev1.Secret, error) {
	o, err := c.find("secrets", namespace, name)
	s, _ := o.(*corev1.Secret)
	return s, err
}

func (c *cluster) ConfigMap(namespace, name string) (*corev1.ConfigMap, error) {
	o, err := c.find("configmaps", namespace, name)
	cm, _ := o.(*corev1.ConfigMap)
	return cm, err
}

func (c *cluster) find(resource, namespace, name string) (any, error) {
	gr := schema.GroupResource{Resource: resource}
	switch o, ok := c.objects[resource+"/"+namespace+"/"+name]; {
	case c.down != nil:
		return nil, c.down
	case c.forbidden:
		return nil, apierrors.NewForbidden(gr, name, nil)
	case !ok:
		return nil, apierrors.NewNotFound(gr, name)
	default:
		return o, nil
	}
}

func (c *cluster) all() []any {
	var out []any
	for _, o := range c.objects {
		out = append(out, o)
	}
	return out
}

// shop is a cluster with all that the manifests in testdata refer to.
func shop(t testing.TB) *cluster {
	t.Helper()
	cert, key := identity(t)
	meta := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: "shop", Name: name} }
	return &cluster{objects: map[string]any{
		"secrets/shop/login": &corev1.Secret{ObjectMeta: meta("login"), Data: map[string][]byte{
			"user": []byte("ann"), "password": []byte("p: #x"), "token": []byte("0123"), "url": []byte("https://hook.example/secret"),
		}},
		"secrets/shop/identity": &corev1.Secret{ObjectMeta: meta("identity"), Data: map[string][]byte{"tls.crt": cert, "tls.key": key}},
		"configmaps/shop/trust": &corev1.ConfigMap{ObjectMeta: meta("trust"), Data: map[string]string{"ca.crt": string(cert), "client": "metrics"}},
	}}
}

func identity(t testing.TB) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "shop"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret})
}

// converted returns the one item of an object that must be good.
func converted(t testing.TB, o operatorobjects.Object, lookup operatorobjects.Lookup) dropin.Item {
	t.Helper()
	res, err := operatorobjects.New(options()).Convert(operatorobjects.Input{Object: o, Lookup: lookup})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Problems) > 0 || len(res.Items) != 1 {
		t.Fatalf("%d items, problems %v", len(res.Items), res.Problems)
	}
	return res.Items[0]
}

// published returns what package dropin makes of an item, which must be good.
func published(t testing.TB, it dropin.Item) []byte {
	t.Helper()
	checked := dropin.Check(it, policy)
	if !checked.OK() {
		t.Fatalf("refused: %v\n%s", checked.Problems, it.Data)
	}
	return checked.Published
}
