package alertmanager

import (
	"os"
	"strings"
	"testing"

	amconfig "github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/common/model"
	corev1 "k8s.io/api/core/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/manifest"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// everything has each Secret and ConfigMap that anybody refers to.
type everything struct{}

func (everything) Secret(_, _ string) (*corev1.Secret, error) {
	return &corev1.Secret{Data: map[string][]byte{}}, nil
}

func (everything) ConfigMap(_, _ string) (*corev1.ConfigMap, error) {
	return &corev1.ConfigMap{Data: map[string]string{}}, nil
}

// An AlertmanagerConfig is a fragment like any: it passes the check, is merged, and
// alerts of its namespace go to its receivers.
func TestAlertmanagerConfigsAreFragments(t *testing.T) {
	const file = "../operatorobjects/testdata/alertmanagerconfigs.yaml"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	base, err := dropin.ParseAlertmanagerBase([]byte(baseConfig), "/")
	if err != nil {
		t.Fatal(err)
	}
	policy := dropin.Policy{Alertmanager: base}
	converter := operatorobjects.New(operatorobjects.DefaultOptions())
	routed := 0
	for _, r := range manifest.Resources(file, raw) {
		object, err := operatorobjects.Decode(r.Content)
		if err != nil {
			t.Fatal(err)
		}
		res, err := converter.Convert(operatorobjects.Input{Object: object, Lookup: everything{}})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range res.Items {
			c := dropin.Check(it, policy)
			if !c.OK() {
				t.Errorf("%s: %v\n%s", r.Name, c.Problems, it.Data)
				continue
			}
			b, _ := dropin.Assemble([]dropin.Checked{c}, policy)
			merged, problems, err := dropin.NewAlertmanagerMerger(policy).Merge(b, templatesDir)
			if err != nil || len(problems) > 0 {
				t.Errorf("%s: %v %v\n%s", r.Name, err, problems, c.Published)
				continue
			}
			config, err := amconfig.Load(string(merged.Config))
			if err != nil {
				t.Fatal(err)
			}
			route := dispatch.NewRoute(config.Route, nil)
			for _, m := range route.Match(model.LabelSet{"namespace": model.LabelValue(r.Namespace)}) {
				if strings.HasPrefix(m.RouteOpts.Receiver, c.Ref.String()+"/") {
					routed++
				}
			}
			for _, m := range route.Match(model.LabelSet{"namespace": "other"}) {
				if m.RouteOpts.Receiver != "none" {
					t.Errorf("%s routes alerts of another namespace to %s", r.Name, m.RouteOpts.Receiver)
				}
			}
		}
	}
	if routed == 0 {
		t.Error("no object routes anything")
	}
}
