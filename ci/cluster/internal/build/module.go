package build

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// writeModule makes a module in dir that depends on the program's.
func writeModule(ctx context.Context, p Program, dir string) error {
	if p.Source != "" {
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(p.Source), 0o644); err != nil {
			return err
		}
	}
	f := &modfile.File{}
	if err := f.AddModuleStmt("build/" + p.Name); err != nil {
		return err
	}
	if err := f.AddGoStmt("1.26"); err != nil {
		return err
	}
	if err := f.AddRequire(p.Module, p.Version); err != nil {
		return err
	}
	if err := require(f, p); err != nil {
		return err
	}
	if p.StagingReplaces != nil {
		source, err := moduleDir(ctx, p)
		if err != nil {
			return err
		}
		raw, err := os.ReadFile(filepath.Join(source, "go.mod"))
		if err != nil {
			return err
		}
		theirs, err := modfile.ParseLax("go.mod", raw, nil)
		if err != nil {
			return fmt.Errorf("read the go.mod of %s: %w", p.Module, err)
		}
		// ParseLax leaves replace lines out, yet every staging module is also required, at v0.0.0.
		for _, r := range theirs.Require {
			if r.Mod.Version != "v0.0.0" {
				continue
			}
			if err := f.AddReplace(r.Mod.Path, "", r.Mod.Path, p.StagingReplaces(p.Version)); err != nil {
				return err
			}
		}
		// Its sums spare the checksum lookups of a thousand modules.
		sums, err := os.ReadFile(filepath.Join(source, "go.sum"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644); err != nil {
			return err
		}
	}
	raw, err := f.Format()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.mod"), raw, 0o644)
}

// require has f ask for what the program is to be built with, where it does not ask for something newer.
func require(f *modfile.File, p Program) error {
	asked := map[string]string{p.Module: p.Version}
	for _, r := range f.Require {
		asked[r.Mod.Path] = r.Mod.Version
	}
	for _, module := range slices.Sorted(maps.Keys(p.With)) {
		if semver.Compare(p.With[module], asked[module]) <= 0 {
			continue
		}
		if err := f.AddRequire(module, p.With[module]); err != nil {
			return err
		}
	}
	return nil
}

// addSums appends the checksums in one file to those in another, which need not be there. They spare
// a lookup for each module.
func addSums(to, from string) error {
	more, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	sums, err := os.ReadFile(to)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) { // a copy from an archive may be read-only
		return err
	}
	return os.WriteFile(to, append(sums, more...), 0o644)
}

// copyModule lays a copy of the module in dir and adds what it lacks.
func copyModule(ctx context.Context, p Program, dir string) error {
	m, err := download(ctx, p)
	if err != nil {
		return err
	}
	if m.Zip == "" {
		return fmt.Errorf("download %s@%s: %s", p.Module, p.Version, m.Error)
	}
	archive, err := zip.OpenReader(m.Zip)
	if err != nil {
		return err
	}
	defer archive.Close()
	source, err := fs.Sub(archive, p.Module+"@"+p.Version)
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, source); err != nil {
		return fmt.Errorf("copy %s: %w", p.Module, err)
	}
	for name, text := range p.InPlace {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	if m.Dir != "" && len(p.With) == 0 {
		return nil
	}
	return amend(filepath.Join(dir, "go.mod"), p, m.Dir == "")
}

// amend has a copied go.mod ask for what the program is to be built with. With thisGo it also lets the
// Go at hand build a module that asks for a newer patch release, which the Go command
// downloads and then refuses. Patch releases add no features.
func amend(path string, p Program, thisGo bool) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f, err := modfile.Parse(path, raw, nil)
	if err != nil {
		return err
	}
	if err := require(f, p); err != nil {
		return err
	}
	if thisGo {
		if err := f.AddGoStmt(strings.TrimPrefix(runtime.Version(), "go")); err != nil {
			return err
		}
		f.DropToolchainStmt()
	}
	if raw, err = f.Format(); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil { // a copy from an archive may be read-only
		return err
	}
	return os.WriteFile(path, raw, 0o644)
}

// moduleDir downloads the module if needed and returns where its source lies.
func moduleDir(ctx context.Context, p Program) (string, error) {
	m, err := download(ctx, p)
	if err == nil && m.Error != "" {
		err = fmt.Errorf("download %s@%s: %s", p.Module, p.Version, strings.TrimSpace(m.Error))
	}
	return m.Dir, err
}

// downloaded is what the Go command says of a module.
type downloaded struct{ Dir, Zip, Error string }

func download(ctx context.Context, p Program) (downloaded, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", p.Module+"@"+p.Version)
	cmd.Dir = "/" // outside of any module, so that none has a say
	cmd.Env = goEnviron("")
	out, err := cmd.Output()
	var m downloaded
	if decodeErr := json.Unmarshal(out, &m); decodeErr != nil {
		return m, fmt.Errorf("download %s@%s: %w", p.Module, p.Version, err)
	}
	return m, nil
}
