package tests

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/render"
)

var update = flag.Bool("update", false, "write what was rendered to testdata")

// What the stack may do is a list to read. A change to it is made on purpose:
// go test ./tests -run TestPermissions -update
func TestPermissions(t *testing.T) {
	for file, change := range map[string]func(*render.Options){
		"testdata/rbac-default.txt": nil,
		"testdata/rbac-own-namespace.txt": withValues(map[string]any{
			"global": map[string]any{"namespaced": true},
		}),
		"testdata/rbac-namespaced.txt": withValues(map[string]any{
			"dropIns": map[string]any{"namespaces": []any{"team-a"}},
		}),
	} {
		got := strings.Join(permissions(t, rendered(t, change)), "\n") + "\n"
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("permissions differ from %s; if that is meant, run with -update\ngot:\n%s", file, got)
		}
	}
}

// permissions are lines: who, where, what, which verbs.
func permissions(t *testing.T, r *render.Release) []string {
	t.Helper()
	rules := map[string][]rbacv1.PolicyRule{}
	for _, o := range typed[*rbacv1.ClusterRole](t, r) {
		rules["ClusterRole//"+o.Name] = o.Rules
	}
	for _, o := range typed[*rbacv1.Role](t, r) {
		rules["Role/"+o.Namespace+"/"+o.Name] = o.Rules
	}
	var lines []string
	grant := func(where, ref string, subjects []rbacv1.Subject) {
		for _, s := range subjects {
			for _, rule := range rules[ref] {
				slices.Sort(rule.Verbs)
				verbs := strings.Join(rule.Verbs, ",")
				for _, url := range rule.NonResourceURLs {
					lines = append(lines, fmt.Sprintf("%s %s %s %s", s.Name, where, url, verbs))
				}
				for _, group := range rule.APIGroups {
					for _, resource := range rule.Resources {
						lines = append(lines, fmt.Sprintf("%s %s %s %s", s.Name, where, strings.TrimPrefix(group+"/"+resource, "/"), verbs))
					}
				}
			}
		}
	}
	for _, o := range typed[*rbacv1.ClusterRoleBinding](t, r) {
		grant("everywhere", "ClusterRole//"+o.RoleRef.Name, o.Subjects)
	}
	for _, o := range typed[*rbacv1.RoleBinding](t, r) {
		grant("in:"+o.Namespace, "Role/"+o.Namespace+"/"+o.RoleRef.Name, o.Subjects)
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// Secrets are read in namespaces that are named for it, and nowhere else.
func TestNoSecretsAndNoWildcards(t *testing.T) {
	forEachValues(t, func(t *testing.T, values map[string]any, r *render.Release) {
		named, _, _ := unstructured.NestedStringSlice(values, "dropIns", "secretNamespaces")
		for _, line := range permissions(t, r) {
			where := strings.TrimPrefix(strings.Fields(line)[1], "in:")
			if strings.Contains(line, "*") || strings.Contains(line, " secrets ") && !slices.Contains(named, where) {
				t.Errorf("%q is more than anything here needs", line)
			}
		}
	})
}

// kube-state-metrics may list exactly what it was told to list.
func TestKubeStateMetricsMayWhatItDoes(t *testing.T) {
	forEachValues(t, func(t *testing.T, values map[string]any, r *render.Release) {
		namespaced, _, _ := unstructured.NestedBool(values, "global", "namespaced")
		pod, ok := pods(t, r)["kube-state-metrics"]
		if !ok {
			return
		}
		var told []string
		for _, arg := range pod.Spec.Containers[0].Args {
			if list, ok := strings.CutPrefix(arg, "--resources="); ok {
				told = strings.Split(list, ",")
			}
		}
		var may []string
		for _, line := range permissions(t, r) {
			f := strings.Fields(line)
			if strings.HasSuffix(f[0], "-kube-state-metrics") {
				may = append(may, f[2][strings.LastIndex(f[2], "/")+1:])
				if f[1] == "everywhere" == namespaced {
					t.Errorf("%s, where rights end at namespaces: %v", line, namespaced)
				}
			}
		}
		slices.Sort(told)
		slices.Sort(may)
		if !slices.Equal(told, may) {
			t.Errorf("it lists %v\nand may list %v", told, may)
		}
	})
}
