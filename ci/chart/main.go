// Command chart generates what the chart holds twice: its schema and its table
// of values, both from values.yaml, and its copy of the rules.
//
//	go run .            writes the files
//	go run . -check     fails, and names them, if any of them differs
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

//go:generate go run .

func main() {
	root := flag.String("root", "../..", "the project's root")
	check := flag.Bool("check", false, "fail if a generated file differs, instead of writing it")
	flag.Parse()
	if err := run(*root, *check, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "chart:", err)
		os.Exit(1)
	}
}

// generated is what should be in the tree: bytes by path from the project's root.
type generated map[string][]byte

// run writes what is generated under root, or with check says what differs.
func run(root string, check bool, out io.Writer) error {
	want, stale, err := generate(os.DirFS(root))
	if err != nil {
		return err
	}
	var differing []string
	for _, path := range slices.Sorted(maps.Keys(want)) {
		full := filepath.Join(root, path)
		have, err := os.ReadFile(full)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if bytes.Equal(have, want[path]) {
			continue
		}
		differing = append(differing, path)
		if check {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(full, want[path], 0o644); err != nil {
			return err
		}
		fmt.Fprintln(out, "wrote", path)
	}
	for _, path := range stale {
		differing = append(differing, path)
		if check {
			continue
		}
		if err := os.Remove(filepath.Join(root, path)); err != nil {
			return err
		}
		fmt.Fprintln(out, "removed", path)
	}
	if check && len(differing) > 0 {
		return fmt.Errorf("not up to date: %v; run `make generate`", differing)
	}
	return nil
}
