package operatorobjects_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// FuzzConvert: whatever an object holds, the conversion returns, and what it
// returns does not make package dropin panic.
func FuzzConvert(f *testing.F) {
	names, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for doc := range bytes.SplitSeq(data, []byte("\n---\n")) {
			f.Add(doc)
		}
	}
	c := operatorobjects.New(options())
	lookup := shop(f)
	f.Fuzz(func(t *testing.T, manifest []byte) {
		var content map[string]any
		if yaml.Unmarshal(manifest, &content) != nil {
			return
		}
		o, err := operatorobjects.Decode(content)
		if err != nil {
			return
		}
		res, err := c.Convert(operatorobjects.Input{Object: o, Lookup: lookup})
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Items) > 0 && len(res.Problems) > 0 {
			t.Fatalf("items and problems: %v", res.Problems)
		}
		for _, it := range res.Items {
			operatorobjects.Locate(it, dropin.Check(it, policy).Problems)
		}
	})
}
