package helm

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// chart-testing installs the chart with each of its values files, tests the
// release, upgrades it, from the state before this one first, and tests it again.
func TestChartTestingInstall(t *testing.T) {
	if os.Getenv("CT_INSTALL") == "" {
		t.Skip("CT_INSTALL is not set: this takes half an hour of a cluster on which the stack is not installed (make test-ct)")
	}
	bin := t.TempDir()
	build(t, bin, "ct", "github.com/helm/chart-testing/v3/ct")
	build(t, bin, "helm", "helm.sh/helm/v3/cmd/helm")
	dir := history(t)
	for _, namespace := range []string{"team-a", "team-b"} { // which a values file names
		if out, err := exec.CommandContext(t.Context(), "kubectl", "create", "namespace", namespace).CombinedOutput(); err != nil && !strings.Contains(string(out), "AlreadyExists") {
			t.Fatalf("create namespace %s: %v\n%s", namespace, err, out)
		}
	}
	args := []string{"install", "--config", "ct.yaml", "--charts", "charts/kube-monitoring-stack", "--target-branch", "before"}
	// What the cluster at hand has no image for.
	if set := os.Getenv("CT_SET"); set != "" {
		args = append(args, "--helm-extra-set-args", "--set="+set)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "ct"), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	if err := cmd.Run(); err != nil {
		t.Errorf("ct install: %v", err)
	}
}

// history makes a repository with two states of the charts: the one of CT_BEFORE,
// by default of the commit before the last, and the one of the working tree.
func history(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	before := os.Getenv("CT_BEFORE")
	if before == "" {
		before = "HEAD~1"
	}
	dir := t.TempDir()
	run := func(in string, name string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = in
		cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=test", "GIT_AUTHOR_EMAIL=test@example.org", "GIT_COMMITTER_NAME=test", "GIT_COMMITTER_EMAIL=test@example.org")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
	}
	archive := filepath.Join(t.TempDir(), "before.tar")
	run(root, "git", "archive", "--output="+archive, before, "charts", "ct.yaml")
	run(dir, "git", "init", "--quiet", "--initial-branch=main")
	run(dir, "tar", "--extract", "--file="+archive)
	run(dir, "git", "add", "--all")
	run(dir, "git", "commit", "--quiet", "--message=before")
	run(dir, "git", "update-ref", "refs/remotes/origin/before", "HEAD")
	if err := os.RemoveAll(filepath.Join(dir, "charts")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "charts"), os.DirFS(filepath.Join(root, "charts"))); err != nil {
		t.Fatal(err)
	}
	run(dir, "cp", filepath.Join(root, "ct.yaml"), "ct.yaml")
	run(dir, "git", "add", "--all")
	run(dir, "git", "commit", "--quiet", "--allow-empty", "--message=now")
	return dir
}
