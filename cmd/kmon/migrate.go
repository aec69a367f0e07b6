package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"sigs.k8s.io/yaml"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/migrate"
)

const migrateHelp = `Turn a release of kube-prometheus-stack into values and drop-ins for this chart. It reads the release's values, or,
without them, the Prometheus and Alertmanager objects of a cluster. Nothing is applied.

It writes values.yaml, drop-ins/*.yaml and LEFT.md, which lists what has no equal, and why. ServiceMonitors,
PrometheusRules and the like are not rewritten: they are taken from the cluster as they are.

No Secret is read. Settings that refer to one refer to it still, by a file that is mounted, and where that is not
enough, secrets.sh is written: commands for somebody who may read the Secrets, with no value in them.

Examples:

  helm get values kube-prometheus-stack -n monitoring -o yaml > old.yaml
  kmon migrate --values=old.yaml --out=new/
  kmon migrate --from-namespace=monitoring --out=new/
  helm install kube-monitoring-stack … -f new/values.yaml && kubectl apply -f new/drop-ins/`

// migrator holds the flags of kmon migrate.
type migrator struct {
	values     []string
	out        string
	namespace  string
	kubeconfig string
	from       string
}

func migrateCommand(app *kingpin.Application) command {
	m := &migrator{}
	cmd := app.Command("migrate", migrateHelp)
	cmd.Flag("values", "Values file of kube-prometheus-stack; - is standard input. Several are merged, the later wins.").StringsVar(&m.values)
	cmd.Flag("out", "Directory to write to.").Required().StringVar(&m.out)
	cmd.Flag("namespace", "Namespace of the new release, where drop-ins go.").Default("monitoring").StringVar(&m.namespace)
	cmd.Flag("kubeconfig", "Path of a kubeconfig, for reading a cluster. Default: as kubectl finds it.").StringVar(&m.kubeconfig)
	cmd.Flag("from-namespace", "Where the old release is. Default: for reading a cluster that of the kubeconfig's context, with values that of the new release.").StringVar(&m.from)
	return command{name: cmd.FullCommand(), run: m.run}
}

func (m *migrator) run(ctx context.Context, s streams) (int, error) {
	var values map[string]any
	var notes []string
	var err error
	if len(m.values) > 0 {
		values, err = m.read(s)
	} else {
		values, notes, err = m.readCluster(ctx)
	}
	if err != nil {
		return exitCannot, err
	}
	release := migrate.Release{Namespace: m.namespace, From: m.from}
	plan := migrate.FromValues(values, release)
	if err := m.write(plan, release, notes); err != nil {
		return exitCannot, err
	}
	for _, note := range notes {
		fmt.Fprintln(s.out, note)
	}
	for _, l := range plan.Left {
		fmt.Fprintf(s.out, "left: %s: %s\n", l.Path, l.Why)
	}
	fmt.Fprintf(s.out, "%s taken over, %s, %s left, in %s\n", count(len(plan.Taken), "setting"), count(len(plan.DropIns), "drop-in"), count(len(plan.Left), "setting"), m.out)
	return exitFine, nil
}

// read reads and merges the values files.
func (m *migrator) read(s streams) (map[string]any, error) {
	paths := make([]string, len(m.values))
	for i, path := range m.values {
		paths[i] = strings.TrimPrefix(path, "-") // how files.go knows standard input
		if path != "-" {
			paths[i] = path
		}
	}
	files, err := readAll(paths, s.in)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for _, f := range files {
		var values map[string]any
		if err := yaml.Unmarshal(f.data, &values); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		overlay(out, values)
	}
	return out, nil
}

// overlay merges maps as Helm merges values files.
func overlay(onto, values map[string]any) {
	for key, value := range values {
		have, both := onto[key].(map[string]any)
		if more, ok := value.(map[string]any); ok && both {
			overlay(have, more)
			continue
		}
		onto[key] = value
	}
}

func (m *migrator) write(plan *migrate.Plan, release migrate.Release, notes []string) error {
	dropIns := filepath.Join(m.out, "drop-ins")
	if err := os.MkdirAll(dropIns, 0o755); err != nil {
		return err
	}
	for i, o := range plan.DropIns {
		data, err := yaml.Marshal(o)
		if err != nil {
			return fmt.Errorf("write a drop-in: %w", err)
		}
		metadata, _ := o["metadata"].(map[string]any)
		// Jobs hold passwords often enough.
		if err := os.WriteFile(filepath.Join(dropIns, fmt.Sprintf("%02d-%v.yaml", i+1, metadata["name"])), data, 0o600); err != nil {
			return err
		}
	}
	data, err := yaml.Marshal(plan.Values)
	if err != nil {
		return fmt.Errorf("write the values: %w", err)
	}
	if err := os.WriteFile(filepath.Join(m.out, "values.yaml"), data, 0o600); err != nil {
		return err
	}
	script := plan.Script(release)
	if script != "" {
		if err := os.WriteFile(filepath.Join(m.out, migrate.SecretsScript), []byte(script), 0o755); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(m.out, "LEFT.md"), []byte(leftPage(plan, release, notes)), 0o644)
}

// leftPage tells what is to be done by hand.
func leftPage(plan *migrate.Plan, release migrate.Release, notes []string) string {
	cell := strings.NewReplacer("|", "\\|", "\n", " ")
	var b strings.Builder
	b.WriteString("# What was not taken over\n\n")
	if len(plan.Left) == 0 {
		b.WriteString("Nothing: every setting has an equal.\n")
	} else {
		b.WriteString("| Setting | Why, and what to do instead |\n|---|---|\n")
		for _, l := range plan.Left {
			fmt.Fprintf(&b, "| `%s` | %s |\n", cell.Replace(l.Path), cell.Replace(l.Why))
		}
	}
	if len(plan.Needs) > 0 || len(plan.ScrapeSecrets) > 0 {
		fmt.Fprintf(&b, "\n# Secrets\n\nNone was read. What the settings refer to has to be in the namespace %s before the release is installed:\n\n", release.Namespace)
		for _, n := range plan.Needs {
			fmt.Fprintf(&b, "- the %s `%s`, from which the server gets files\n", n.Kind, n.Name)
		}
		for _, s := range plan.ScrapeSecrets {
			fmt.Fprintf(&b, "- the Secret `%s`, a drop-in: the jobs of `%s` in `%s`, key `%s`, under `scrape_configs`\n", s.Name, s.From, release.OldNamespace(), s.Key)
		}
		if plan.Script(release) != "" {
			fmt.Fprintf(&b, "\n`sh %s` does it. Read it first: it takes the values from the cluster and puts them there again.\n", migrate.SecretsScript)
		}
	}
	if len(notes) > 0 {
		b.WriteString("\n# What is in the cluster\n\n")
		for _, note := range notes {
			fmt.Fprintf(&b, "- %s\n", note)
		}
	}
	b.WriteString("\n# What became of the rest\n\n| Setting | Here |\n|---|---|\n")
	for _, t := range plan.Taken {
		fmt.Fprintf(&b, "| `%s` | %s |\n", cell.Replace(t.From), cell.Replace(t.To))
	}
	return b.String()
}
