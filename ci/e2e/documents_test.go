package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// document is what docs/content.md shows: files by name, and commands.
type document struct {
	files    map[string]string
	commands []string
}

var (
	shownFile    = regexp.MustCompile("(?s)`([a-z/]+\\.(?:yaml|json))`[^`]*?:\\n\\n```[a-z]+\\n(.*?)```\\n")
	shownCommand = regexp.MustCompile(`(?m)^    (kubectl .+)$`)
)

func readDocument(t *testing.T) document {
	t.Helper()
	data, err := os.ReadFile("../../docs/content.md")
	if err != nil {
		t.Fatal(err)
	}
	d := document{files: map[string]string{}}
	for _, m := range shownFile.FindAllStringSubmatch(string(data), -1) {
		d.files[m[1]] = m[2]
	}
	for _, m := range shownCommand.FindAllStringSubmatch(string(data), -1) {
		d.commands = append(d.commands, m[1])
	}
	return d
}

// write puts the document's files into a folder, those of a chart into its files.
func (d document) write(t *testing.T, dir string, names map[string]string) {
	t.Helper()
	for name, path := range names {
		if d.files[name] == "" {
			t.Fatalf("docs/content.md shows no %s", name)
		}
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(d.files[name]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// tool finds a command line tool on the path or beside the cluster's programs,
// and skips the test, with the reason, where there is none.
func tool(t *testing.T, name string) string {
	t.Helper()
	for _, candidate := range []string{name, "../../.cluster/bin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			if path, err = filepath.Abs(path); err == nil {
				return path
			}
		}
	}
	t.Skipf("there is no %s to type the document's commands with", name)
	return ""
}

// Who types what the document says, in the folder with its files, has a rule and
// a dashboard in use.
func TestCommandsOfTheDocument(t *testing.T) {
	c := connect(t)
	d := readDocument(t)
	kubectl := tool(t, "kubectl")
	ns := c.team(t)
	dir := t.TempDir()
	d.write(t, dir, map[string]string{"rules.yaml": "rules.yaml", "shop.json": "shop.json"})
	if len(d.commands) < 3 {
		t.Fatalf("docs/content.md shows the commands %q", d.commands)
	}
	for _, command := range d.commands {
		command = strings.ReplaceAll(command, "kubectl -n shop ", kubectl+" -n "+ns+" ")
		run := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", command)
		run.Dir = dir
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
	c.awaitShop(t, ns)
}

// The chart that the document describes brings the same.
func TestChartOfTheDocument(t *testing.T) {
	c := connect(t)
	d := readDocument(t)
	helm, kubectl := tool(t, "helm"), tool(t, "kubectl")
	ns := c.team(t)
	dir := t.TempDir()
	d.files["Chart.yaml"] = "apiVersion: v2\nname: shop\nversion: 0.1.0\n"
	d.write(t, dir, map[string]string{
		"Chart.yaml": "Chart.yaml", "templates/monitoring.yaml": "templates/monitoring.yaml", "rules.yaml": "files/rules.yaml", "shop.json": "files/shop.json",
	})
	// Not `helm install`: what is tried is the template, and its objects go with the namespace.
	shell(t, helm+" template shop "+dir+" --namespace "+ns+" | "+kubectl+" -n "+ns+" apply -f -")
	c.awaitShop(t, ns)
}

// awaitShop waits until the rule is evaluated and the dashboard is served.
func (c *cluster) awaitShop(t *testing.T, namespace string) {
	t.Helper()
	c.awaitState(t, namespace, "shop-rules", "active")
	c.awaitState(t, namespace, "shop-dashboard", "active")
	await(t, time.Minute, 100*time.Millisecond, "the rule evaluated, the dashboard served", func(ctx context.Context) error {
		groups, err := c.groups(ctx, ref(namespace, "shop-rules", "rules.yaml"))
		if err != nil {
			return err
		}
		if len(groups) != 1 || groups[0].LastEvaluation.IsZero() || groups[0].Rules[0].Health != "ok" {
			return fmt.Errorf("groups: %+v", groups)
		}
		var served any
		return c.prometheus(ctx, "dashboards/shop", nil, &served)
	})
}
