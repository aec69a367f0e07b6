package build

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// Local is a program of the module in Dir. It is always handed to the Go command,
// whose cache knows best whether anything changed.
type Local struct {
	Name, Dir, Package, LDFlags, OS string
}

// BuildLocal builds a program of a module on this machine.
func (b Builder) BuildLocal(ctx context.Context, l Local) error {
	if err := b.buildLocal(ctx, l); err != nil {
		return &Error{Name: l.Name, Log: b.Log("build-" + l.Name), Err: err}
	}
	return nil
}

func (b Builder) buildLocal(ctx context.Context, l Local) error {
	bin := b.Bin(l.Name)
	fresh := bin + ".building"
	if err := os.MkdirAll(filepath.Dir(bin), 0o755); err != nil {
		return err
	}
	// The Go command leaves a program alone that is up to date, and links for
	// seconds otherwise: so it gets the last one to look at. One that a killed build
	// left would look up to date with half of it missing.
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(bin, fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	run, closeLog, err := goIn(l.Dir, b.Log("build-"+l.Name), l.OS)
	if err != nil {
		return err
	}
	defer closeLog()
	if err := run(ctx, "build", "-ldflags", "-s -w "+l.LDFlags, "-o", fresh, l.Package); err != nil {
		return err
	}
	return os.Rename(fresh, bin)
}
