package helm

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// build compiles a program of a module that go.mod names, and returns its path.
func build(t *testing.T, dir, name, pkg string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, name), pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
}

// chart-testing lints both charts with each of their values files. Left out are
// the checks that it has Python's yamllint and yamale for, and the version, which
// only a change against a branch can be asked for; ct.yaml has all of them on.
func TestChartTestingLint(t *testing.T) {
	bin := t.TempDir()
	build(t, bin, "ct", "github.com/helm/chart-testing/v3/ct")
	build(t, bin, "helm", "helm.sh/helm/v3/cmd/helm")
	// A copy, because it writes a Chart.lock beside each chart.
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "charts"), os.DirFS(chartsDir)); err != nil {
		t.Fatal(err)
	}
	config, err := filepath.Abs("../../ct.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "ct"), "lint", "--config", config,
		"--charts", "charts/kube-monitoring-stack,charts/kube-monitoring-stack-crds",
		"--validate-yaml=false", "--validate-chart-schema=false", "--check-version-increment=false")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("ct lint: %v\n%s", err, out)
	}
}
