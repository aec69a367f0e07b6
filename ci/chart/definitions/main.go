// Command definitions writes the CustomResourceDefinitions that
// kube-monitoring-stack reads into the chart that brings them, from the
// Prometheus operator's module at the version that the project compiles with.
//
//	go run .            writes the files
//	go run . -check     fails, and names them, if any of them differs
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"sigs.k8s.io/yaml"
)

//go:generate go run .

const (
	module = "github.com/prometheus-operator/prometheus-operator"
	source = "example/prometheus-operator-crd"
	target = "charts/kube-monitoring-stack-crds/files"
)

// kinds are those that the sidecars read. The operator's other four describe
// programs that it runs, and here nobody does.
var kinds = []string{"alertmanagerconfigs", "podmonitors", "probes", "prometheusrules", "scrapeconfigs", "servicemonitors"}

func main() {
	root := flag.String("root", "../../..", "the project's root")
	check := flag.Bool("check", false, "fail if a file differs, instead of writing it")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "definitions:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	dir, err := moduleDir(root)
	if err != nil {
		return err
	}
	want, err := definitions(os.DirFS(filepath.Join(dir, source)))
	if err != nil {
		return err
	}
	var differing []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		path := filepath.Join(root, target, name)
		have, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if bytes.Equal(have, want[name]) {
			continue
		}
		differing = append(differing, path)
		if check {
			continue
		}
		if err := os.WriteFile(path, want[name], 0o644); err != nil {
			return err
		}
	}
	if check && len(differing) > 0 {
		return fmt.Errorf("not up to date: %v; run `make generate`", differing)
	}
	return nil
}

// moduleDir is where Go keeps the operator's module, fetched if need be.
func moduleDir(root string) (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go mod download %s: %w", module, err)
	}
	var m struct{ Dir string }
	if err := json.Unmarshal(out, &m); err != nil {
		return "", fmt.Errorf("read what go mod download says: %w", err)
	}
	return m.Dir, nil
}

// definitions returns the files to write by name.
func definitions(crds fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, kind := range kinds {
		data, err := fs.ReadFile(crds, "monitoring.coreos.com_"+kind+".yaml")
		if err != nil {
			return nil, err
		}
		var definition map[string]any
		if err := yaml.Unmarshal(data, &definition); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		withoutDescriptions(definition)
		delete(definition, "status")
		out, err := json.Marshal(definition)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		files[kind+".json"] = append(out, '\n')
	}
	return files, nil
}

// withoutDescriptions takes the text out of a schema: three quarters of its
// size, without which every tool can keep it in an annotation. A property that
// is called description is a map and stays.
func withoutDescriptions(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["description"].(string); ok {
			delete(v, "description")
		}
		for _, value := range v {
			withoutDescriptions(value)
		}
	case []any:
		for _, value := range v {
			withoutDescriptions(value)
		}
	}
}
