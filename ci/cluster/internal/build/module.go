package build

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
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

// copyModule lays a copy of the module in dir and adds what it lacks.
func copyModule(ctx context.Context, p Program, dir string) error {
	source, err := moduleDir(ctx, p)
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
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
	return nil
}

// moduleDir downloads the module if needed and returns where its source lies.
func moduleDir(ctx context.Context, p Program) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", p.Module+"@"+p.Version)
	cmd.Dir = "/" // outside of any module, so that none has a say
	cmd.Env = goEnviron("")
	out, err := cmd.Output()
	var answer struct{ Dir, Error string }
	if decodeErr := json.Unmarshal(out, &answer); decodeErr != nil {
		return "", fmt.Errorf("download %s@%s: %w", p.Module, p.Version, err)
	}
	if answer.Error != "" {
		return "", fmt.Errorf("download %s@%s: %s", p.Module, p.Version, strings.TrimSpace(answer.Error))
	}
	return answer.Dir, nil
}
