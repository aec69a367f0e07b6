//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// testID keeps the cluster of the tests away from one that somebody works with.
const testID = 9

// rig is a cluster under test, dealt with as a user does: by the program's commands.
type rig struct {
	t       *testing.T
	program string
	dir     string
}

// newRig skips the test where it cannot run, and says why.
func newRig(t *testing.T) *rig {
	t.Helper()
	if os.Getenv("CLUSTER_TESTS") != "1" {
		t.Skip("CLUSTER_TESTS is not 1: the test starts a real cluster, which takes minutes and root")
	}
	if os.Getuid() != 0 {
		t.Skip("not root: a cluster from source needs it")
	}
	root, err := projectRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	// Its own cluster, but the programs that a developer or CI has built already.
	shared, dir := filepath.Join(root, ".cluster"), filepath.Join(root, ".cluster", "test")
	r := &rig{t: t, program: filepath.Join(t.TempDir(), "cluster"), dir: dir}
	if out, err := exec.Command("go", "build", "-o", r.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	for _, part := range []string{"bin", "src"} {
		for _, d := range []string{filepath.Join(shared, part), dir} {
			if err := os.MkdirAll(d, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(filepath.Join(shared, part), filepath.Join(dir, part)); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
	}
	r.mustRun("down") // what an earlier run of the test left
	t.Cleanup(func() { r.mustRun("down", "--all") })
	return r
}

func (r *rig) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, r.program, append([]string{"--dir=" + r.dir, "--id=" + strconv.Itoa(testID)}, args...)...)
	cmd.Env = append(os.Environ(), "NODES=", "CLUSTER_DIR=", "CLUSTER_ID=")
	return cmd
}

// mustRun runs a command of the program and returns how long it took.
func (r *rig) mustRun(args ...string) time.Duration {
	r.t.Helper()
	started := time.Now()
	// Not the test's context: cleaning up comes after it.
	out, err := r.command(context.Background(), args...).CombinedOutput()
	if err != nil {
		r.t.Fatalf("cluster %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return time.Since(started)
}

// kubectl runs kubectl and returns what it printed.
func (r *rig) kubectl(stdin string, args ...string) (string, error) {
	cmd := exec.Command(filepath.Join(r.dir, "bin", "kubectl"), append([]string{"--kubeconfig=" + filepath.Join(r.dir, "kubeconfig")}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

func (r *rig) mustKubectl(stdin string, args ...string) string {
	r.t.Helper()
	out, err := r.kubectl(stdin, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// await tries until there is no error any more.
func (r *rig) await(within time.Duration, try func() error) {
	r.t.Helper()
	timeout := time.After(within)
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-timeout:
			r.t.Fatalf("after %s: %v", within, err)
		case <-tick.C:
		}
	}
}

// TestIntegrationLife takes a cluster of three nodes from nothing to nothing.
func TestIntegrationLife(t *testing.T) {
	r := newRig(t)
	r.mustRun("build")
	before := footprint(t)

	first := r.mustRun("up", "--cluster-only", "--nodes=3")
	second := r.mustRun("up", "--cluster-only")
	t.Logf("with everything built, up took %s from nothing and %s on a running cluster", first, second)
	if second > time.Minute {
		t.Errorf("up on a running cluster took %s, more than a minute", second)
	}
	ready := r.mustKubectl("", "get", "nodes", "-o", `jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}`)
	if ready != "True True True" {
		t.Errorf("readiness of the nodes is %q, want three times True", ready)
	}

	t.Run("traffic between nodes and names", func(t *testing.T) { testTraffic(t, r) })
	t.Run("volumes", func(t *testing.T) { testVolumes(t, r) })
	t.Run("a lost node", func(t *testing.T) { testLostNode(t, r) })

	r.mustRun("down")
	if left := diff(before, footprint(t)); left != "" {
		t.Errorf("down left something behind:\n%s", left)
	}
}

// TestIntegrationKilled kills `up` at different moments, like a machine that goes away.
func TestIntegrationKilled(t *testing.T) {
	r := newRig(t)
	r.mustRun("build")
	before := footprint(t)
	for _, after := range []time.Duration{100, 700, 1500, 3000, 5000} {
		after *= time.Millisecond
		cmd := r.command(t.Context(), "up", "--cluster-only", "--nodes=2")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(after, func() { cmd.Process.Signal(syscall.SIGKILL) })
		err := cmd.Wait()
		timer.Stop()
		t.Logf("killed after %s: %v", after, err)
	}
	r.mustRun("up", "--cluster-only", "--nodes=2")

	// What a killed run or a restart of the machine leaves: processes gone, everything else still there.
	for _, name := range []string{"node-1", "kube-apiserver", "etcd"} {
		killMarked(t, r, name)
	}
	r.mustRun("up", "--cluster-only")
	if ready := r.mustKubectl("", "get", "nodes", "-o", `jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}`); ready != "True True" {
		t.Errorf("readiness of the nodes is %q, want True True", ready)
	}
	r.mustRun("down")
	if left := diff(before, footprint(t)); left != "" {
		t.Errorf("down left something behind:\n%s", left)
	}
}
