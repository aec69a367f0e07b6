// Command generate writes the dashboards' JSON into the chart.
//
//	go run ./dashboards/generate          writes
//	go run ./dashboards/generate -check   fails if something differs
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dashboards"
)

func main() {
	out := flag.String("out", "charts/kube-monitoring-stack/charts/content/dashboards", "the folder to write to")
	check := flag.Bool("check", false, "fail if a file differs, instead of writing it")
	flag.Parse()
	if err := run(*out, *check); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(out string, check bool) error {
	files, err := dashboards.Files()
	if err != nil {
		return err
	}
	have, err := filepath.Glob(filepath.Join(out, "*.json"))
	if err != nil {
		return err
	}
	var differing []string
	for _, path := range have {
		if files[filepath.Base(path)] != nil {
			continue
		}
		differing = append(differing, path)
		if !check {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(out, name)
		old, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if bytes.Equal(old, files[name]) {
			continue
		}
		differing = append(differing, path)
		if !check {
			if err := os.WriteFile(path, files[name], 0o644); err != nil {
				return err
			}
		}
	}
	if check && len(differing) > 0 {
		return fmt.Errorf("not up to date: %v; run `make generate`", differing)
	}
	return nil
}
