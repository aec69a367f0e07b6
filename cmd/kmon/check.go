package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/manifest"
)

const checkHelp = `Check the drop-ins in manifests as the cluster would. Exit code 0: fine, 1: problems, 2: could not run.

Examples:

  kmon check drop-ins/
  helm template . | kmon check -
  kmon check --trusted-namespaces=monitoring jobs.yaml`

// checker holds the flags of kmon check.
type checker struct {
	paths   []string
	trusted []string
	bytes   int64
}

func checkCommand(app *kingpin.Application) command {
	c := &checker{}
	cmd := app.Command("check", checkHelp)
	cmd.Arg("path", "Files and directories of manifests; - is standard input.").Required().StringsVar(&c.paths)
	policyFlags(cmd, &c.trusted, &c.bytes)
	return command{name: cmd.FullCommand(), run: c.run}
}

// finding is a problem with a place in a file.
type finding struct {
	file string
	line int
	text string
}

func (c *checker) run(_ context.Context, s streams) (int, error) {
	files, err := readAll(c.paths, s.in)
	if err != nil {
		return exitCannot, err
	}
	var objects []manifest.Object
	var found []finding
	for _, f := range files {
		decoded, err := manifest.Decode(f.name, f.data)
		objects = append(objects, decoded...)
		if err != nil {
			found = append(found, unreadable(f.name, err)...)
		}
	}
	items, problems := checkObjects(objects, dropin.Policy{Trusted: split(c.trusted), MaxBytes: int(c.bytes)})
	found = append(found, problems...)
	slices.SortStableFunc(found, func(a, b finding) int {
		return cmp.Or(strings.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	for _, f := range found {
		fmt.Fprintln(s.out, f.text)
	}
	fmt.Fprintf(s.out, "%s in %s, %s\n", count(items, "drop-in"), count(len(files), "file"), count(len(found), "problem"))
	if len(found) > 0 {
		return exitProblems, nil
	}
	return exitFine, nil
}

// checkObjects checks each drop-in alone and then all together.
func checkObjects(objects []manifest.Object, policy dropin.Policy) (items int, found []finding) {
	where := map[string]manifest.Object{}
	var checked []dropin.Checked
	add := func(problems []dropin.Problem) {
		for _, p := range problems {
			o := where[p.Ref.Namespace+"/"+p.Ref.Name]
			line := o.Line(p)
			found = append(found, finding{file: o.File, line: line, text: describe(o.File, line, p)})
		}
	}
	for _, o := range objects {
		where[o.Namespace+"/"+o.Name] = o
		its, problems := dropin.FromConfigMap(o.ConfigMap)
		items += len(its) + len(problems)
		add(problems)
		for _, it := range its {
			c := dropin.Check(it, policy)
			add(c.Problems)
			checked = append(checked, c)
		}
	}
	_, problems := dropin.Assemble(checked, policy)
	add(problems)
	return items, found
}

// unreadable makes findings of what is wrong with manifests as such.
func unreadable(file string, err error) []finding {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []finding
		for _, e := range many.Unwrap() {
			out = append(out, finding{file: file, text: e.Error()})
		}
		return out
	}
	return []finding{{file: file, text: err.Error()}}
}

// describe writes a problem as compilers do: where, then what.
func describe(file string, line int, p dropin.Problem) string {
	return fmt.Sprintf("%s:%d: %s", file, line, p)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
