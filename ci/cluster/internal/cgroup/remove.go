//go:build linux

package cgroup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// patience is how long the kernel may take to let go of killed processes.
const patience = 5 * time.Second

// Remove removes the cgroups whose names match a pattern as in filepath.Match, and all below
// them, from every hierarchy. Their processes must have been killed.
func Remove(pattern string) error {
	hierarchies, err := Hierarchies()
	if err != nil {
		return err
	}
	for _, h := range hierarchies {
		dirs, err := filepath.Glob(filepath.Join(h.Path, pattern))
		if err != nil {
			return fmt.Errorf("remove cgroups %s: %w", pattern, err)
		}
		for _, dir := range dirs {
			if err := removeTree(dir); err != nil {
				return err
			}
		}
	}
	return nil
}

func removeTree(root string) error {
	deadline := time.Now().Add(patience)
	for {
		err := removeOnce(root)
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("remove cgroup %s: %w", root, err)
		}
		time.Sleep(20 * time.Millisecond) // the kernel announces nothing to wait for
	}
}

// removeOnce removes directories from the leaves up; the files in them are the kernel's.
func removeOnce(root string) error {
	var dirs []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			dirs = append(dirs, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, dir := range slices.Backward(dirs) {
		if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
