package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/alecthomas/kingpin/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/manifest"
)

const checkHelp = `Check what teams add to monitoring, as the cluster would: labeled ConfigMaps and Secrets, objects of
monitoring.coreos.com, plain rule files and their unit tests, in manifests or in what Helm or kustomize print.
Exit code 0: fine, 1: problems, 2: could not run.

Examples:

  kmon check drop-ins/
  helm template . | kmon check -
  kustomize build overlays/prod | kmon check --format=github -
  kmon check --format=sarif rules/ > kmon.sarif
  kmon check --trusted-namespaces=monitoring jobs.yaml
  kmon check --alertmanager-base=alertmanager.yml routes.yaml`

// checker holds the flags of kmon check.
type checker struct {
	paths   []string
	trusted []string
	bytes   int64
	format  string
	base    string
}

func checkCommand(app *kingpin.Application) command {
	c := &checker{}
	cmd := app.Command("check", checkHelp)
	cmd.Arg("path", "Files and directories; - is standard input.").Required().StringsVar(&c.paths)
	cmd.Flag("format", "How to tell: text, json, github (annotations of a pull request) or sarif.").Default("text").EnumVar(&c.format, formats()...)
	cmd.Flag("alertmanager-base", "The platform's own alertmanager.yml, for fragments that rely on it and to merge them all.").StringVar(&c.base)
	policyFlags(cmd, &c.trusted, &c.bytes)
	return command{name: cmd.FullCommand(), run: c.run}
}

func (c *checker) run(_ context.Context, s streams) (int, error) {
	policy := dropin.Policy{Trusted: split(c.trusted), MaxBytes: int(c.bytes)}
	if c.base != "" {
		data, err := os.ReadFile(c.base)
		if err != nil {
			return exitCannot, err
		}
		if policy.Alertmanager, err = dropin.ParseAlertmanagerBase(data, filepath.Dir(c.base)); err != nil {
			return exitCannot, fmt.Errorf("%s: %w", c.base, err)
		}
	}
	files, err := readAll(c.paths, s.in)
	if err != nil {
		return exitCannot, err
	}
	r := check(files, policy)
	if err := r.write(s.out, c.format); err != nil {
		return exitCannot, err
	}
	if len(r.Problems) > 0 {
		return exitProblems, nil
	}
	return exitFine, nil
}

// check looks at each drop-in alone and at all together.
func check(files []input, policy dropin.Policy) *report {
	r := &report{Files: len(files), Problems: []finding{}}
	set := newDropIns(policy, r)
	var resources []manifest.Resource
	for _, f := range files {
		objects, err := manifest.Decode(f.name, f.data)
		if err != nil {
			r.add(unreadable(f.name, err)...)
		}
		set.configMaps(objects)
		resources = append(resources, manifest.Resources(f.name, f.data)...)
	}
	set.resources(resources)
	set.together()
	checkRuleFiles(resources, files, r)
	r.sort()
	return r
}

// unreadable makes findings of what is wrong with files as such.
func unreadable(file string, err error) []finding {
	errs := []error{err}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		errs = many.Unwrap()
	}
	var out []finding
	for _, e := range errs {
		line, text := placeOf(file, e.Error())
		out = append(out, finding{File: file, Line: line, Code: codeUnreadable, Message: text})
	}
	return out
}
