//go:build linux

package hostnet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Sysctls remembers kernel settings of the host in File, so that they can be put
// back.
type Sysctls struct {
	File string
	// Root is /proc/sys.
	Root string
}

// Remember writes down the present values, unless an earlier run of the same cluster
// has: that one saw the originals.
func (s Sysctls) Remember(names []string) error {
	if _, err := os.Stat(s.File); err == nil {
		return nil
	}
	values := map[string]string{}
	for _, name := range names {
		raw, err := os.ReadFile(filepath.Join(s.Root, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // the kernel was built without it
		}
		if err != nil {
			return fmt.Errorf("remember setting %s: %w", name, err)
		}
		values[name] = strings.TrimSpace(string(raw))
	}
	raw, err := json.MarshalIndent(values, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.File+".new", raw, 0o644); err != nil {
		return fmt.Errorf("remember settings: %w", err)
	}
	return os.Rename(s.File+".new", s.File)
}

// AtLeast raises a number to min where it is lower.
func (s Sysctls) AtLeast(name string, min int) error {
	path := filepath.Join(s.Root, name)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	if now, err := strconv.Atoi(strings.TrimSpace(string(raw))); err == nil && now >= min {
		return nil
	}
	return s.Set(name, strconv.Itoa(min))
}

// Set changes a setting.
func (s Sysctls) Set(name, value string) error {
	if err := os.WriteFile(filepath.Join(s.Root, name), []byte(value), 0o644); err != nil {
		return fmt.Errorf("setting %s=%s: %w", name, value, err)
	}
	return nil
}

// Restore puts the remembered values back.
func (s Sysctls) Restore() error {
	raw, err := os.ReadFile(s.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore settings: %w", err)
	}
	values := map[string]string{}
	if err := json.Unmarshal(raw, &values); err != nil {
		return fmt.Errorf("restore settings: %s: %w", s.File, err)
	}
	for name, value := range values {
		now, err := os.ReadFile(filepath.Join(s.Root, name))
		if err == nil && strings.TrimSpace(string(now)) == value {
			continue
		}
		if err := s.Set(name, value); err != nil {
			return err
		}
	}
	return nil
}
