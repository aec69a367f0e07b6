package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
)

const operatorGroup = "monitoring.coreos.com"

// operatorObjects is a cluster into which the Prometheus operator's CRDs come
// while the stack runs, and go again.
type operatorObjects struct {
	*cluster
	t      *testing.T
	client dynamic.Interface
}

func withOperatorObjects(t *testing.T) *operatorObjects {
	c := connect(t)
	client, err := dynamic.NewForConfig(c.config)
	if err != nil {
		t.Fatal(err)
	}
	return &operatorObjects{cluster: c, t: t, client: client}
}

func (o *operatorObjects) crds() dynamic.ResourceInterface {
	return o.client.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
}

// install creates the CRD of a plural, as the operator's module ships it.
func (o *operatorObjects) install(plural string) {
	o.t.Helper()
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/prometheus-operator/prometheus-operator")
	cmd.Dir = filepath.Join("..", "..")
	dir, err := cmd.Output()
	if err != nil {
		o.t.Fatalf("find the operator's module: %v", err)
	}
	raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "jsonnet", "prometheus-operator", plural+"-crd.json"))
	if err != nil {
		o.t.Fatal(err)
	}
	crd := &unstructured.Unstructured{}
	if err := json.Unmarshal(raw, &crd.Object); err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.crds().Create(o.t.Context(), crd, metav1.CreateOptions{}); apierrors.IsAlreadyExists(err) {
		o.t.Skipf("the cluster has the CRD of %s already, and this test would delete it", plural)
	} else if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { o.uninstall(plural) })
}

func (o *operatorObjects) uninstall(plural string) {
	err := o.crds().Delete(context.Background(), plural+"."+operatorGroup, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		o.t.Error(err)
	}
}

func (o *operatorObjects) of(plural, namespace string) dynamic.ResourceInterface {
	return o.client.Resource(schema.GroupVersionResource{Group: operatorGroup, Version: "v1", Resource: plural}).Namespace(namespace)
}

// create creates an object once its CRD is established.
func (o *operatorObjects) create(plural, namespace, manifest string) {
	o.t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(manifest), &u.Object); err != nil {
		o.t.Fatal(err)
	}
	await(o.t, 30*time.Second, 100*time.Millisecond, "create in "+plural, func(ctx context.Context) error {
		_, err := o.of(plural, namespace).Create(ctx, u, metav1.CreateOptions{})
		return err
	})
}

// accepted waits for the condition that the release sets.
func (o *operatorObjects) accepted(plural, namespace, name, want string) {
	o.t.Helper()
	await(o.t, 30*time.Second, 100*time.Millisecond, fmt.Sprintf("%s/%s Accepted=%s", plural, name, want), func(ctx context.Context) error {
		u, err := o.of(plural, namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		var status struct {
			Status struct {
				Bindings []struct {
					Namespace  string
					Conditions []struct{ Type, Status string }
				}
			}
		}
		raw, err := u.MarshalJSON()
		if err != nil {
			return err
		}
		if err := json.Unmarshal(raw, &status); err != nil {
			return err
		}
		for _, b := range status.Status.Bindings {
			if b.Namespace == o.namespace && len(b.Conditions) == 1 && b.Conditions[0].Status == want {
				return nil
			}
		}
		return fmt.Errorf("status is %+v", status.Status)
	})
}

// The CRDs come while the stack runs: what is in them is live, each object on
// its own, and goes with them.
func TestOperatorObjectsComeAndGo(t *testing.T) {
	o := withOperatorObjects(t)
	ns := o.team(t)
	o.install("prometheusrules")
	rule := func(name, expr string) string {
		return fmt.Sprintf("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: %s, labels: {release: somebody-elses}}\n"+
			"spec: {groups: [{name: g, interval: 1s, rules: [{record: e2e_object, expr: %q, labels: {from: %s}}]}]}\n", name, expr, ns)
	}
	o.create("prometheusrules", ns, rule("bad", "sum("))
	o.create("prometheusrules", ns, rule("good", "vector(7)"))
	o.awaitState(t, ns, "good", "active")
	o.awaitState(t, ns, "bad", "rejected")
	o.accepted("prometheusrules", ns, "good", "True")
	o.accepted("prometheusrules", ns, "bad", "False")
	o.uninstall("prometheusrules")
	o.awaitState(t, ns, "good", "")
}

// A Secret that a ServiceMonitor refers to is read when a Role in the namespace
// grants it, by its name, and rotated without anybody touching the object.
func TestOperatorObjectsReferences(t *testing.T) {
	o := withOperatorObjects(t)
	ns := o.team(t)
	o.install("servicemonitors")
	o.create("servicemonitors", ns, `{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: api}, spec: {
selector: {}, endpoints: [{port: metrics, authorization: {credentials: {name: login, key: token}}}]}}`)
	o.awaitState(t, ns, "api", "rejected")
	o.grantSecret(ns, "login")
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "login"}, Data: map[string][]byte{"token": []byte("first")}}
	secrets := o.cluster.client.CoreV1().Secrets(ns)
	if _, err := secrets.Create(t.Context(), secret, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	// Who could not watch it is asked again within a quarter of a minute.
	await(t, 60*time.Second, 200*time.Millisecond, "the ServiceMonitor with its Secret", func(ctx context.Context) error {
		state, err := o.state(ctx, ns, "api")
		if err == nil && state != "active" {
			err = fmt.Errorf("state is %q", state)
		}
		return err
	})
	before := o.dropInVersion(ns, "api")
	secret.Data["token"] = []byte("second")
	if _, err := secrets.Update(t.Context(), secret, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	took := await(t, 30*time.Second, 50*time.Millisecond, "the new Secret in use", func(context.Context) error {
		if now := o.dropInVersion(ns, "api"); now == before {
			return fmt.Errorf("the digest is still %s", now)
		}
		return nil
	})
	t.Logf("the Secret was rotated in %s", took.Round(time.Millisecond))
}

// grantSecret lets the release read one Secret of a namespace.
func (o *operatorObjects) grantSecret(namespace, name string) {
	o.t.Helper()
	meta := metav1.ObjectMeta{Name: "monitoring-reads-" + name}
	rbac := o.cluster.client.RbacV1()
	if _, err := rbac.Roles(namespace).Create(o.t.Context(), &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{
		APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: []string{name}, Verbs: []string{"get", "list", "watch"},
	}}}, metav1.CreateOptions{}); err != nil {
		o.t.Fatal(err)
	}
	if _, err := rbac.RoleBindings(namespace).Create(o.t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: meta,
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: meta.Name},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: o.namespace, Name: o.release + "-server"}},
	}, metav1.CreateOptions{}); err != nil {
		o.t.Fatal(err)
	}
}

// dropInVersion is the digest that the sidecar confirmed last, which a rotated
// Secret changes and nothing else in a test's own time does.
func (o *operatorObjects) dropInVersion(namespace, name string) string {
	o.t.Helper()
	raw, err := o.get(o.t.Context(), "server-headless", "http-sidecar", "/status", nil)
	if err != nil {
		o.t.Fatal(err)
	}
	var s struct{ Confirmed string }
	if err := json.Unmarshal(raw, &s); err != nil {
		o.t.Fatalf("the status with %s/%s: %v", namespace, name, err)
	}
	return s.Confirmed
}
