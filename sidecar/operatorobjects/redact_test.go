package operatorobjects_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// Values of Secrets that are wrong are not quoted, neither by the operator's
// check nor by that of the drop-in which the object becomes.
func TestValuesOfSecretsAreNotQuoted(t *testing.T) {
	const canary = "hunter2"
	for name, c := range map[string]struct{ value, manifest string }{
		"a receiver's address": {"http://[" + canary, `
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata: {namespace: shop, name: a}
spec:
  route: {receiver: r}
  receivers: [{name: r, slackConfigs: [{channel: c, apiURL: {name: s, key: v}}]}]
`},
		"a webhook's address": {canary + "://x y", `
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata: {namespace: shop, name: a}
spec:
  route: {receiver: r}
  receivers: [{name: r, webhookConfigs: [{urlSecret: {name: s, key: v}}]}]
`},
		"a certificate": {canary, `
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {namespace: shop, name: a}
spec:
  selector: {}
  endpoints: [{port: p, tlsConfig: {ca: {secret: {name: s, key: v}}}}]
`},
	} {
		t.Run(name, func(t *testing.T) {
			found := &cluster{objects: map[string]any{"secrets/shop/s": &corev1.Secret{
				ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "s"}, Data: map[string][]byte{"v": []byte(c.value)},
			}}}
			o := objects(t, []byte(c.manifest))[0]
			res, err := operatorobjects.New(options()).Convert(operatorobjects.Input{Object: o, Lookup: found})
			if err != nil {
				t.Fatal(err)
			}
			problems := res.Problems
			for _, it := range res.Items {
				if !it.Confidential {
					t.Error("the item is not confidential")
				}
				problems = append(problems, operatorobjects.Locate(it, dropin.Check(it, policy).Problems)...)
			}
			if len(problems) == 0 {
				t.Error("nothing is wrong")
			}
			for _, p := range problems {
				if strings.Contains(p.String(), canary) {
					t.Errorf("told: %s", p)
				}
			}
		})
	}
}
