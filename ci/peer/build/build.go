// Package build makes the programs that are run beside each other: ours from
// the working tree, and the ones it is compared with from their published Go
// modules. Nothing is taken from an image or a release page, so the versions
// below are the whole truth about what a comparison compares.
package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Program is one that can be built.
type Program struct {
	// Name is the file's name, without the version.
	Name string
	// Module and Version say where it comes from. An empty Version means the
	// working tree.
	Module, Version string
	// Package is the main package.
	Package string
	// Tags are build tags.
	Tags string
	// InPlace are files that the module's own build makes with other tools, by path,
	// and what takes their place.
	InPlace map[string]string
	// instead is the environment variable that names a program to take instead.
	instead string
	// tool says that it is a tool of this module, and built with its versions of
	// dependencies. Else it is built with those of its own module.
	tool bool
}

const (
	ourModule          = "github.com/kube-monitoring-stack/kube-monitoring-stack"
	prometheusModule   = "github.com/prometheus/prometheus"
	thanosModule       = "github.com/thanos-io/thanos"
	alertmanagerModule = "github.com/prometheus/alertmanager"

	prometheusVersion   = "v0.315.0"
	thanosVersion       = "v0.42.5"
	alertmanagerVersion = "v0.34.2"
)

// Server is our server as the default image has it.
func Server() Program {
	return Program{Name: "peer-monitoring-server", Module: ourModule, Package: ourModule + "/cmd/monitoring-server", instead: "PEER_SERVER"}
}

// FullServer is our server with every service discovery of upstream.
func FullServer() Program {
	p := Server()
	p.Name, p.Tags, p.instead = "peer-monitoring-server-full", "full", "PEER_SERVER_FULL"
	return p
}

// Prometheus is upstream's server. Its module has no web pages; nothing here
// looks at them. It is compiled together with our own server: their
// dependencies are the same but for patch releases, and most of the time goes
// into the SDKs of clouds.
func Prometheus() Program {
	return Program{Name: "prometheus", Module: prometheusModule, Version: prometheusVersion, Package: prometheusModule + "/cmd/prometheus", tool: true}
}

// Promtool is upstream's command line tool.
func Promtool() Program {
	return Program{Name: "promtool", Module: prometheusModule, Version: prometheusVersion, Package: prometheusModule + "/cmd/promtool", tool: true}
}

// Thanos is sidecar, querier and the rest of Thanos in one program. It reads
// labels where one implementation of them has them in memory, so it compiles
// without its build tag and then panics.
func Thanos() Program {
	return Program{Name: "thanos", Module: thanosModule, Version: thanosVersion, Package: thanosModule + "/cmd/thanos", Tags: "slicelabels"}
}

// Alertmanager is upstream's, without its web pages, which the module does not have.
func Alertmanager() Program {
	return Program{
		Name: "alertmanager", Module: alertmanagerModule, Version: alertmanagerVersion, Package: alertmanagerModule + "/cmd/alertmanager",
		InPlace: map[string]string{"ui/app/dist/index.html": "<!doctype html><title>Alertmanager</title>\n"},
	}
}

// Ensure builds the program unless it is there, and returns its path. Programs
// lie in PEER_DIR, by default .cluster/bin at the root of the project. If
// PEER_SERVER (PEER_SERVER_FULL for the one with all discoveries) names a
// program, that is tested instead of one built from the working tree. Several
// processes may call it at the same time. A first build of a peer takes
// minutes; one from the working tree is always left to the Go command, whose
// cache knows best whether anything changed.
func Ensure(ctx context.Context, p Program) (string, error) {
	if p.instead != "" && os.Getenv(p.instead) != "" {
		return os.Getenv(p.instead), nil
	}
	root, err := Root(ctx)
	if err != nil {
		return "", err
	}
	dir, err := Dir(ctx)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make directory for programs: %w", err)
	}
	// One lock for all: programs have most of their dependencies in common, and two Go commands at once would compile
	// each of these twice, the SDKs of clouds for minutes.
	unlock, err := lock(filepath.Join(dir, ".peers.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()

	name := p.Name
	if p.Version != "" {
		name += "-" + p.Version
	}
	path := filepath.Join(dir, name)
	if p.Version == "" {
		return path, compile(ctx, p, root, path)
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if p.tool {
		return path, compileTool(ctx, p, filepath.Join(root, "ci", "peer"), path)
	}
	src, err := os.MkdirTemp(dir, ".peer-*")
	if err != nil {
		return "", fmt.Errorf("make directory to build %s in: %w", p.Name, err)
	}
	defer os.RemoveAll(src)
	if err := copyModule(ctx, p, src); err != nil {
		return "", fmt.Errorf("copy the source of %s: %w", p.Name, err)
	}
	return path, compile(ctx, p, src, path)
}

// Dir is where programs lie.
func Dir(ctx context.Context) (string, error) {
	if dir := os.Getenv("PEER_DIR"); dir != "" {
		return dir, nil
	}
	root, err := Root(ctx)
	return filepath.Join(root, ".cluster", "bin"), err
}

// Root is the project's directory.
func Root(ctx context.Context) (string, error) {
	return moduleDir(ctx, "", ourModule)
}

// ModuleDir is where the source of Prometheus lies, in the version this module
// is built with.
func ModuleDir(ctx context.Context) (string, error) {
	return moduleDir(ctx, "", prometheusModule)
}

func moduleDir(ctx context.Context, dir, module string) (string, error) {
	out, err := goCommand(ctx, dir, "list", "-m", "-f", "{{.Dir}}", module)
	return strings.TrimSpace(out), err
}

// compile builds beside path and renames, so that a killed build leaves no half
// of a program, and nobody finds none meanwhile.
func compile(ctx context.Context, p Program, dir, path string) error {
	fresh := path + ".building"
	if p.Version == "" {
		// The Go command leaves a program alone that is up to date, and links for
		// seconds otherwise: so it gets the last one to look at.
		if err := copyFile(path, fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("build %s: %w", p.Name, err)
		}
	}
	args := []string{"build", "-p", "2", "-ldflags", "-s -w", "-o", fresh}
	if p.Tags != "" {
		args = append(args, "-tags", p.Tags)
	}
	if _, err := goCommand(ctx, dir, append(args, p.Package)...); err != nil {
		return fmt.Errorf("build %s: %w", p.Name, err)
	}
	return os.Rename(fresh, path)
}

// compileTool compiles a program with the dependencies of the module in dir,
// which must have the wanted version of it.
func compileTool(ctx context.Context, p Program, dir, path string) error {
	v, err := goCommand(ctx, dir, "list", "-m", "-f", "{{.Version}}", p.Module)
	if err != nil {
		return fmt.Errorf("build %s: %w", p.Name, err)
	}
	if strings.TrimSpace(v) != p.Version {
		return fmt.Errorf("build %s: this module has %s at %s, not at %s", p.Name, p.Module, strings.TrimSpace(v), p.Version)
	}
	return compile(ctx, p, dir, path)
}

func copyFile(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(to, raw, 0o755)
}

func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	// Compilers let their garbage lie, up to 3 GiB of it, of which the largest SDK needs two, and write nothing for
	// debuggers, which together saves a quarter of what they take.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-buildvcs=false '-toolexec=env GOGC=off GOMEMLIMIT=3GiB' -gcflags=all=-dwarf=false")
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return string(out), fmt.Errorf("go %s: %w: %s", args[0], err, exit.Stderr)
	}
	return string(out), err
}

// lock takes a lock that ends with the process, so a killed test run never
// blocks the next one.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { f.Close() }, nil
}
