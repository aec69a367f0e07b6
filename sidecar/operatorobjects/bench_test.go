package operatorobjects_test

import (
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// BenchmarkConvert converts one object, as happens when it changes.
func BenchmarkConvert(b *testing.B) {
	lookup := shop(b)
	c := operatorobjects.New(options())
	seen := map[string]bool{}
	for _, o := range everything(b) {
		if kind := kindName(o); !seen[kind] {
			seen[kind] = true
			b.Run(kind, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Convert(operatorobjects.Input{Object: o, Lookup: lookup}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkConvertAndCheck adds what each drop-in goes through afterwards.
func BenchmarkConvertAndCheck(b *testing.B) {
	c := operatorobjects.New(options())
	o := file(b, "servicemonitors.yaml")[0]
	b.ReportAllocs()
	for b.Loop() {
		res, err := c.Convert(operatorobjects.Input{Object: o})
		if err != nil {
			b.Fatal(err)
		}
		if checked := dropin.Check(res.Items[0], policy); !checked.OK() {
			b.Fatal(checked.Problems)
		}
	}
}
