package image

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// Ctr makes commands of containerd's client for one node.
type Ctr func(ctx context.Context, args ...string) (*exec.Cmd, error)

// Import puts those archives into a node that it does not have yet, and returns how many.
func Import(ctx context.Context, ctr Ctr, archives []Archive) (int, error) {
	has, err := list(ctx, ctr)
	if err != nil {
		return 0, err
	}
	imported := 0
	for _, a := range archives {
		if has[a.Ref] == a.Digest {
			continue
		}
		if _, err := output(ctx, ctr, "images", "import", a.File); err != nil {
			return imported, fmt.Errorf("import %s: %w", a.Ref, err)
		}
		imported++
	}
	return imported, nil
}

// list returns the digests of the images in a node by name.
func list(ctx context.Context, ctr Ctr) (map[string]string, error) {
	out, err := output(ctx, ctr, "images", "list")
	if err != nil {
		return nil, fmt.Errorf("list images: %w", err)
	}
	return parseList(out), nil
}

// parseList reads the table REF TYPE DIGEST SIZE …
func parseList(table string) map[string]string {
	has := map[string]string{}
	for line := range strings.Lines(table) {
		if f := strings.Fields(line); len(f) >= 3 && strings.HasPrefix(f[2], "sha256:") {
			has[f[0]] = f[2]
		}
	}
	return has
}

func output(ctx context.Context, ctr Ctr, args ...string) (string, error) {
	cmd, err := ctr(ctx, args...)
	if err != nil {
		return "", err
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ctr %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return string(out), nil
}
