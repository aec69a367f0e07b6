// Package debian installs the packages that the cluster needs from the machine's
// distribution.
package debian

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Need is a package and a file by which one knows that it is there, however it came.
type Need struct {
	Package, File string
}

// Missing returns the packages whose files are not there.
func Missing(needs []Need) []string {
	var missing []string
	for _, n := range needs {
		if _, err := os.Stat(n.File); err != nil {
			missing = append(missing, n.Package)
		}
	}
	return missing
}

// Install installs packages.
func Install(ctx context.Context, packages []string) error {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("this machine has no apt-get; install the equivalents of %s yourself", strings.Join(packages, ", "))
	}
	install := append([]string{"install", "-y", "--no-install-recommends"}, packages...)
	err := aptGet(ctx, install)
	if err == nil {
		return nil
	}
	// The usual reason is that the machine has no package lists, or old ones.
	if updateErr := aptGet(ctx, []string{"update"}); updateErr != nil {
		return errors.Join(err, updateErr)
	}
	return aptGet(ctx, install)
}

func aptGet(ctx context.Context, args []string) error {
	cmd := exec.CommandContext(ctx, "apt-get", append([]string{"-q", "-o", "Dpkg::Lock::Timeout=120"}, args...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, lastLines(out.String(), 8))
	}
	return nil
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
