package operatorobjects_test

import (
	"reflect"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

func everything(t testing.TB) []operatorobjects.Object {
	t.Helper()
	var all []operatorobjects.Object
	for _, name := range []string{
		"servicemonitors.yaml", "podmonitors.yaml", "probes.yaml", "scrapeconfigs.yaml", "prometheusrules.yaml", "alertmanagerconfigs.yaml",
	} {
		all = append(all, file(t, name)...)
	}
	return all
}

// TestPure: a conversion changes nothing that it is given, and says the same
// each time, whoever else converts at the time.
func TestPure(t *testing.T) {
	lookup := shop(t)
	c := operatorobjects.New(options())
	var wg sync.WaitGroup
	for _, o := range everything(t) {
		before := o.DeepCopyObject()
		want, err := c.Convert(operatorobjects.Input{Object: o, Lookup: lookup})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			wg.Go(func() {
				got, err := c.Convert(operatorobjects.Input{Object: o, Lookup: lookup})
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%s: another result: %v", o.GetName(), err)
				}
			})
		}
		wg.Wait()
		if !reflect.DeepEqual(o, before) {
			t.Errorf("%s was changed", o.GetName())
		}
	}
}

func TestItem(t *testing.T) {
	o := file(t, "servicemonitors.yaml")[0]
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o.SetCreationTimestamp(metav1.NewTime(created))
	o.SetResourceVersion("17")
	it := converted(t, o, nil)
	ref := dropin.Ref{Namespace: "shop", Name: "plain", Key: "servicemonitors.monitoring.coreos.com"}
	if it.Ref != ref || it.Kind != dropin.KindScrape || !it.Created.Equal(created) || it.Version != "17" {
		t.Errorf("item %+v", it)
	}
	if back, err := dropin.ParseRef(it.Ref.String()); err != nil || back != ref {
		t.Errorf("%v, %v", back, err)
	}
}

func TestReferences(t *testing.T) {
	for _, o := range file(t, "servicemonitors.yaml") {
		if o.GetName() != "oauth2-and-proxy" {
			continue
		}
		res, err := operatorobjects.New(options()).Convert(operatorobjects.Input{Object: o, Lookup: &cluster{}})
		want := []operatorobjects.Reference{
			{Kind: "ConfigMap", Namespace: "shop", Name: "trust"},
			{Kind: "Secret", Namespace: "shop", Name: "login"},
		}
		if err != nil || !reflect.DeepEqual(res.References, want) {
			t.Errorf("%v, %v", res.References, err)
		}
		// Each field that refers to something that is missing is told.
		if len(res.Problems) != 4 {
			t.Errorf("problems %v", res.Problems)
		}
	}
}

// TestRotation: another value of a Secret is another drop-in.
func TestRotation(t *testing.T) {
	for _, o := range file(t, "servicemonitors.yaml") {
		if o.GetName() == "tls" && string(converted(t, o, shop(t)).Data) == string(converted(t, o, shop(t)).Data) {
			t.Error("a new certificate changes nothing")
		}
	}
}

func TestSelect(t *testing.T) {
	opts := options()
	opts.Select = map[operatorobjects.Kind]operatorobjects.Selector{
		operatorobjects.ServiceMonitor: {
			Objects:    labels.SelectorFromSet(labels.Set{"release": "kps"}),
			Namespaces: labels.SelectorFromSet(labels.Set{"team": "shop"}),
		},
	}
	c := operatorobjects.New(opts)
	for name, test := range map[string]struct {
		object, namespace map[string]string
		items             int
	}{
		"both":      {map[string]string{"release": "kps"}, map[string]string{"team": "shop"}, 1},
		"object":    {map[string]string{"release": "kps"}, nil, 0},
		"namespace": {nil, map[string]string{"team": "shop"}, 0},
	} {
		o := file(t, "servicemonitors.yaml")[0]
		o.SetLabels(test.object)
		res, err := c.Convert(operatorobjects.Input{Object: o, NamespaceLabels: test.namespace})
		if err != nil || len(res.Items) != test.items || len(res.Problems) > 0 {
			t.Errorf("%s: %v, %+v", name, err, res)
		}
	}
	res, err := c.Convert(operatorobjects.Input{Object: file(t, "podmonitors.yaml")[0]})
	if err != nil || len(res.Items) != 1 {
		t.Errorf("another kind: %v, %+v", err, res)
	}
}

// TestEmpty: an object that adds nothing is neither a drop-in nor a problem.
func TestEmpty(t *testing.T) {
	for _, manifest := range []string{
		serviceMonitor + "  {selector: {}, endpoints: []}",
		alertmanagerConfig + "  {receivers: [{name: a, webhookConfigs: [{url: http://a}]}]}",
		"{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, metadata: {name: a, namespace: shop}, spec: {}}",
	} {
		res, err := operatorobjects.New(options()).Convert(operatorobjects.Input{Object: objects(t, []byte(manifest))[0]})
		if err != nil || len(res.Items) != 0 || len(res.Problems) != 0 {
			t.Errorf("%v, %+v\n%s", err, res, manifest)
		}
	}
}

func TestDecodeUnknownKind(t *testing.T) {
	for _, content := range []map[string]any{
		{"apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus"},
		{"apiVersion": "v1", "kind": "ServiceMonitor"},
		{"kind": 7},
		{},
	} {
		if o, err := operatorobjects.Decode(content); err == nil {
			t.Errorf("%v is a %T", content, o)
		}
	}
}

// panicking stands for a part of the library that does not expect what it gets.
type panicking struct{ operatorobjects.Lookup }

// TestPanic: it is one object's problem and nobody else's.
func TestPanic(t *testing.T) {
	o := objects(t, []byte(serviceMonitor+`  {selector: {}, endpoints: [{port: a, authorization: {credentials: {name: login, key: token}}}]}`))[0]
	res, err := operatorobjects.New(options()).Convert(operatorobjects.Input{Object: o, Lookup: panicking{}})
	if err != nil || len(res.Problems) != 1 || res.Problems[0].Code != dropin.CodeCheckFailed {
		t.Errorf("%v, %v", err, res.Problems)
	}
}
