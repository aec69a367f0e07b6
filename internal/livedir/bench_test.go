package livedir

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// BenchmarkPublishOneOfMany changes one drop-in of 5,000, has it confirmed and removes
// what is not needed any more, without the assembly, whose costs are dropin's.
func BenchmarkPublishOneOfMany(b *testing.B) {
	const n = 5000
	items := make([]dropin.Checked, n)
	put := func(i, edition int) {
		data := fmt.Appendf(nil, "groups: [] # %d %d\n", i, edition)
		sum := sha256.Sum256(data)
		items[i] = dropin.Checked{
			Ref:  dropin.Ref{Namespace: "team", Name: fmt.Sprintf("app-%05d", i), Key: "rules.yaml"},
			Kind: dropin.KindRules, Published: data, SHA256: hex.EncodeToString(sum[:]),
		}
	}
	for i := range n {
		put(i, 0)
	}
	d, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	edition := 0
	for b.Loop() {
		b.StopTimer()
		edition++
		put(edition%n, edition)
		bundle, problems := dropin.Assemble(items, dropin.Policy{})
		if len(problems) > 0 {
			b.Fatal(problems[0])
		}
		b.StartTimer()
		if _, err := d.Publish(bundle); err != nil {
			b.Fatal(err)
		}
		d.Confirm()
		if err := d.Prune(); err != nil {
			b.Fatal(err)
		}
	}
}
