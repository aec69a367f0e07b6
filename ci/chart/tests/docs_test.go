package tests

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

const docsDir = "../../../docs/"

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// blocks are the YAML examples of a page.
func blocks(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range yamlBlock.FindAllStringSubmatch(string(data), -1) {
		out = append(out, m[1])
	}
	return out
}

// Values that people copy from a page are values that the chart takes.
func TestValuesInDocumentationRender(t *testing.T) {
	seen := 0
	for _, page := range []string{
		docsDir + "install.md", docsDir + "ha.md", docsDir + "sizing.md", docsDir + "upgrade.md", docsDir + "security.md", chartDir + "/README.md",
	} {
		for _, block := range blocks(t, page) {
			seen++
			o := render.DefaultOptions(chartDir)
			withYAML(t, block)(&o)
			if _, err := render.Render(t.Context(), o); err != nil {
				t.Errorf("%s: %v\n%s", page, err, block)
			}
		}
	}
	if seen < 6 {
		t.Errorf("only %d examples were found", seen)
	}
}

// The drop-ins of the tutorial pass the checks that they would meet in a cluster,
// in a namespace that nobody trusts.
func TestTutorialPassesItsChecks(t *testing.T) {
	kinds := map[dropin.Kind]bool{}
	for _, block := range blocks(t, docsDir+"tutorial.md") {
		for doc := range strings.SplitSeq(block, "\n---\n") {
			var cm corev1.ConfigMap
			if err := k8syaml.Unmarshal([]byte(doc), &cm); err != nil {
				t.Fatalf("%v\n%s", err, doc)
			}
			if cm.Kind != "ConfigMap" {
				continue
			}
			items, problems := dropin.FromConfigMap(&cm)
			for _, item := range items {
				c := dropin.Check(item, dropin.Policy{Trusted: []string{"monitoring"}})
				problems = append(problems, c.Problems...)
				kinds[item.Kind] = true
			}
			for _, p := range problems {
				t.Error(p)
			}
		}
	}
	if len(kinds) != 3 {
		t.Errorf("the tutorial shows drop-ins of the kinds %v, want three", slices.Collect(maps.Keys(kinds)))
	}
}

// docs/security.md names everything that the stack may do.
func TestPermissionsAreExplained(t *testing.T) {
	data, err := os.ReadFile(docsDir + "security.md")
	if err != nil {
		t.Fatal(err)
	}
	r := rendered(t, withYAML(t, "{dropIns: {secretNamespaces: [team-a]}, annotationDiscovery: {enabled: true}}"))
	for _, line := range permissions(t, r) {
		f := strings.Fields(line)
		what := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(f[2], "monitoring.coreos.com/"), "events.k8s.io/"), "/status")
		if !strings.HasSuffix(f[0], "kube-state-metrics") && !strings.Contains(string(data), what+"`") {
			t.Errorf("docs/security.md does not explain %q", line)
		}
	}
}

// Every values file says what it is for in the recipes, which show it whole.
func TestRecipesAreInDocumentation(t *testing.T) {
	data, err := os.ReadFile(docsDir + "recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	all, err := recipes()
	if err != nil {
		t.Fatal(err)
	}
	var shown []any
	for _, block := range blocks(t, docsDir+"recipes.md") {
		var v map[string]any
		if err := yaml.Unmarshal([]byte(block), &v); err != nil {
			t.Fatal(err)
		}
		shown = append(shown, v)
	}
	for name := range all {
		if !strings.Contains(strings.ToLower(string(data)), "\n## "+strings.ReplaceAll(name, "-", " ")+"\n") {
			t.Errorf("docs/recipes.md lacks %s; run `make generate`", name)
		}
	}
	if len(shown) < len(all)-1 { // the defaults have nothing to show
		t.Errorf("%d recipes are shown, of %d", len(shown), len(all))
	}
}
