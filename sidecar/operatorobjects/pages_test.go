package operatorobjects_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// TestPages tries the examples of the codes that only objects have.
func TestPages(t *testing.T) {
	for _, code := range []dropin.Code{dropin.CodeObjectInvalid, dropin.CodeMissingReference, dropin.CodeOperatorVariable} {
		t.Run(string(code), func(t *testing.T) {
			page, err := os.ReadFile(filepath.Join("..", "..", "docs", "problems", string(code)+".md"))
			if err != nil {
				t.Fatal(err)
			}
			refused := convertExample(t, page, "Refused").Problems
			if !slices.ContainsFunc(refused, func(p dropin.Problem) bool { return p.Code == code }) {
				t.Errorf("the refused example has other problems: %v", refused)
			}
			mended := convertExample(t, page, "Mended")
			if len(mended.Problems) > 0 || len(mended.Items) != 1 {
				t.Errorf("the mended example is refused: %v", mended.Problems)
			}
		})
	}
}

func convertExample(t *testing.T, page []byte, section string) operatorobjects.Result {
	t.Helper()
	m := regexp.MustCompile("(?s)\n## " + section + "\n\n```yaml object\n(.*?)```\n").FindSubmatch(page)
	if m == nil {
		t.Fatalf("no example in section %s", section)
	}
	o := objects(t, m[1])[0]
	res, err := operatorobjects.New(options()).Convert(operatorobjects.Input{Object: o, Lookup: shop(t)})
	if err != nil {
		t.Fatal(err)
	}
	return res
}
