package build

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// goEnviron is the environment for builds: static programs, and no setting of
// the person at the keyboard that would change what is built. An empty goos is this machine's.
// Compilers let their garbage lie, up to 2 GiB of it, and write nothing for debuggers, which together saves a quarter
// of what they take.
func goEnviron(goos string) []string {
	return append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false '-toolexec=env GOGC=off GOMEMLIMIT=2GiB' -gcflags=all=-dwarf=false", "GOWORK=off", "GOOS="+goos)
}

// goIn returns a function that runs the Go command in dir for an operating system, its
// output appended to a new file log.
func goIn(dir, log, goos string) (run func(ctx context.Context, args ...string) error, closeLog func() error, err error) {
	if err := os.MkdirAll(filepath.Dir(log), 0o755); err != nil {
		return nil, nil, err
	}
	out, err := os.Create(log)
	if err != nil {
		return nil, nil, err
	}
	run = func(ctx context.Context, args ...string) error {
		fmt.Fprintf(out, "$ go %s\n", strings.Join(args, " "))
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir, cmd.Env = dir, goEnviron(goos)
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("go %s: %w", args[0], err)
		}
		return nil
	}
	return run, out.Close, nil
}
