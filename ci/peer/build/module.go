package build

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// copyModule lays a copy of the program's module in dir, so that it is built as
// its authors build it: with the versions and the replace lines of its own go.mod.
func copyModule(ctx context.Context, p Program, dir string) error {
	// A module that asks for a newer patch release of Go than the one at hand is
	// downloaded all the same, and then refused.
	out, failed := goCommand(ctx, dir, "mod", "download", "-json", p.Module+"@"+p.Version)
	var module struct{ Zip string }
	if err := json.Unmarshal([]byte(out), &module); err != nil || module.Zip == "" {
		return fmt.Errorf("download %s@%s: %w", p.Module, p.Version, failed)
	}
	archive, err := zip.OpenReader(module.Zip)
	if err != nil {
		return err
	}
	defer archive.Close()
	source, err := fs.Sub(archive, p.Module+"@"+p.Version)
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, source); err != nil {
		return err
	}
	if err := os.Chmod(filepath.Join(dir, "go.mod"), 0o644); err != nil {
		return err
	}
	for name, text := range p.InPlace {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			return err
		}
	}
	// Patch releases of Go add no features, so the one at hand compiles it.
	_, err = goCommand(ctx, dir, "mod", "edit", "-go="+strings.TrimPrefix(runtime.Version(), "go"), "-toolchain=none")
	return err
}
