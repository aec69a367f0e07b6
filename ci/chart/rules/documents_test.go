package rules

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// shownFile is a file that a document shows: its name in a sentence, and a block after it.
var shownFile = regexp.MustCompile("(?s)`([a-z/]+\\.(?:yaml|json))`[^`]*?:\\n\\n```[a-z]+\\n(.*?)```\\n")

// shown are the files that docs/content.md shows, by name.
func shown(t *testing.T) map[string]string {
	t.Helper()
	data, err := fs.ReadFile(project, "docs/content.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range shownFile.FindAllStringSubmatch(string(data), -1) {
		out[m[1]] = m[2]
	}
	for _, name := range []string{"rules.yaml", "shop.json", "templates/monitoring.yaml"} {
		if out[name] == "" {
			t.Fatalf("docs/content.md shows no %s, but %q", name, slices.Sorted(maps.Keys(out)))
		}
	}
	return out
}

// The chart that the document describes gives drop-ins with the files as they
// are, which the stack takes.
func TestChartOfTheDocument(t *testing.T) {
	files := shown(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Chart.yaml":                "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
		"templates/monitoring.yaml": files["templates/monitoring.yaml"],
		"files/rules.yaml":          files["rules.yaml"],
		"files/shop.json":           files["shop.json"],
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o := render.DefaultOptions(dir)
	o.Name, o.Namespace = "shop", "shop"
	r, err := render.Render(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[dropin.Kind]string{}
	for _, u := range r.Objects {
		var cm corev1.ConfigMap
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &cm); err != nil {
			t.Fatal(err)
		}
		cm.Namespace = "shop"
		items, problems := dropin.FromConfigMap(&cm)
		for _, item := range items {
			kinds[item.Kind] = cm.Data[item.Ref.Key]
			problems = append(problems, dropin.Check(item, dropin.Policy{}).Problems...)
		}
		for _, p := range problems {
			t.Error(p)
		}
	}
	if kinds[dropin.KindRules] != files["rules.yaml"] || kinds[dropin.KindDashboard] != files["shop.json"] {
		t.Errorf("the files change on their way: %v", kinds)
	}
}
