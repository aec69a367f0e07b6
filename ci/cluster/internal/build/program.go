// Package build turns Go modules into programs in the cluster's directory. A
// program is built beside its place and then renamed into it, so a build that
// is killed leaves no half of one.
package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// Program says how a program is built from a published Go module.
type Program struct {
	// Name is the file's name.
	Name string
	// Module and Version say where it comes from.
	Module, Version string
	// Package is the main package to build. It may lie in the module, or be
	// "." for Source.
	Package string
	// Source is the text of a main.go of our own, for a program that joins
	// several packages of the module.
	Source string
	// With are versions of other modules, at which they are to be newer than the
	// module asks for. They win over those of Builder.Like.
	With map[string]string
	// Apart is set for a program that does not compile, or not work, with the versions
	// of Builder.Like.
	Apart bool
	// Tags are build tags.
	Tags string
	// StagingReplaces is set for a module that replaces others by folders of
	// its own repository, as k8s.io/kubernetes does with its staging modules. They
	// are taken at the version that was published for the same release.
	StagingReplaces func(version string) string
	// InPlace builds a copy of the module instead of depending on it, with these
	// files added: some modules lack files that their build generates.
	InPlace map[string]string
	// LDFlags follow "-s -w".
	LDFlags string
	// OS is what the program is built for; empty means this machine's.
	OS string
}

// Builder builds programs.
type Builder struct {
	// Bin returns the place of a program, Src the folder it is built in, and Log
	// the file that takes the output of the Go command.
	Bin, Src, Log func(name string) string
	// Like is the folder of a module. Programs are built with the versions of the modules that
	// it requires, or with newer ones where they ask for them: what is the same for
	// several programs is compiled once. Empty means that each has what it asks for.
	Like string
}

// adopt adds to what p is built with the versions of b.Like.
func (b Builder) adopt(p Program) (Program, error) {
	if b.Like == "" || p.Apart {
		return p, nil
	}
	path := filepath.Join(b.Like, "go.mod")
	raw, err := os.ReadFile(path)
	if err != nil {
		return p, err
	}
	f, err := modfile.ParseLax(path, raw, nil)
	if err != nil {
		return p, err
	}
	with := map[string]string{}
	for _, r := range f.Require {
		with[r.Mod.Path] = r.Mod.Version
	}
	maps.Copy(with, p.With)
	p.With = with
	return p, nil
}

// Error is a failed build.
type Error struct {
	Name, Log string
	Err       error
}

func (e *Error) Error() string { return fmt.Sprintf("build %s: %v", e.Name, e.Err) }

// Unwrap returns what the Go command answered.
func (e *Error) Unwrap() error { return e.Err }

// Ready tells whether the program is there, as p describes it.
func (b Builder) Ready(p Program) bool {
	p, err := b.adopt(p)
	if err != nil {
		return false
	}
	return b.ready(p)
}

func (b Builder) ready(p Program) bool {
	if _, err := os.Stat(b.Bin(p.Name)); err != nil {
		return false
	}
	stamp, err := os.ReadFile(b.stamp(p))
	return err == nil && string(stamp) == p.digest()
}

// Build builds the program if it is not Ready, and tells whether it did. Errors are of type Error.
func (b Builder) Build(ctx context.Context, p Program) (bool, error) {
	p, err := b.adopt(p)
	if err == nil {
		if b.ready(p) {
			return false, nil
		}
		err = b.build(ctx, p)
	}
	if err != nil {
		return false, &Error{Name: p.Name, Log: b.Log("build-" + p.Name), Err: err}
	}
	return true, nil
}

func (b Builder) build(ctx context.Context, p Program) error {
	src, bin := b.Src(p.Name), b.Bin(p.Name)
	if err := os.MkdirAll(filepath.Dir(bin), 0o755); err != nil {
		return err
	}
	run, closeLog, err := goIn(src, b.Log("build-"+p.Name), p.OS)
	if err != nil {
		return err
	}
	defer closeLog()
	mod, err := b.layOut(ctx, p, src)
	if err != nil {
		return err
	}
	fresh := bin + ".building"
	args := []string{"build", mod, "-ldflags", strings.TrimSpace("-s -w " + p.LDFlags), "-o", fresh}
	if p.Tags != "" {
		args = append(args, "-tags", p.Tags)
	}
	if err := run(ctx, append(args, p.Package)...); err != nil {
		return err
	}
	// The stamp goes last: without it the program is built again.
	if err := os.Remove(b.stamp(p)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(fresh, bin); err != nil {
		return err
	}
	return os.WriteFile(b.stamp(p), []byte(p.digest()), 0o644)
}

// layOut writes the module in src in which a program is built, and returns the Go
// command's flag for it.
func (b Builder) layOut(ctx context.Context, p Program, src string) (mod string, err error) {
	// What a killed or an older build left is no basis.
	if err := os.RemoveAll(src); err != nil {
		return "", err
	}
	if err := os.MkdirAll(src, 0o755); err != nil {
		return "", err
	}
	write := writeModule
	if p.InPlace != nil {
		write = copyModule
	}
	if err := write(ctx, p, src); err != nil {
		return "", err
	}
	if b.Like != "" && !p.Apart {
		if err := addSums(filepath.Join(src, "go.sum"), filepath.Join(b.Like, "go.sum")); err != nil {
			return "", err
		}
	}
	// What was written here or raised needs to be completed.
	if p.InPlace != nil && len(p.With) == 0 {
		return "-mod=readonly", nil
	}
	return "-mod=mod", nil
}

func (b Builder) stamp(p Program) string { return filepath.Join(b.Src(p.Name), "built") }

// digest changes whenever another program would come out.
func (p Program) digest() string {
	staging := ""
	if p.StagingReplaces != nil {
		staging = p.StagingReplaces(p.Version)
	}
	parts := []any{p.Name, p.Module, p.Version, p.Package, p.Source, staging, p.InPlace, p.LDFlags, p.OS}
	if p.Tags != "" || p.With != nil {
		parts = append(parts, p.Tags, p.With)
	}
	raw, err := json.Marshal(parts)
	if err != nil {
		panic(err) // strings and maps of strings
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
