package alertmanager

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

const (
	configName   = "alertmanager.yml"
	templatesDir = "templates"
	currentLink  = "current"
	genPrefix    = "gen-"
	tempPrefix   = ".tmp-"

	// Alertmanager may run as another user of the same group. The file holds
	// passwords: nobody else.
	dirMode  = 0o750
	fileMode = 0o640
)

// output is the directory that Alertmanager reads. Each configuration is a
// directory of its own that never changes, and a link names the one in use, so
// that the file and its templates change in one step.
type output struct {
	path string
	// current is the generation in use, empty if there is none.
	current string
}

func openOutput(path string) (*output, error) {
	if err := os.MkdirAll(path, dirMode); err != nil {
		return nil, fmt.Errorf("make the directory for Alertmanager: %w", err)
	}
	return &output{path: path}, nil
}

// publish makes the configuration the one in use and returns the hash by which
// Alertmanager will know it.
func (o *output) publish(m dropin.Merged) (float64, error) {
	name, err := generationOf(m)
	if err != nil {
		return 0, err
	}
	config := fmt.Appendf(nil, "# %s\n%s", name, m.Config)
	hash := configHash(config)
	if name == o.current {
		return hash, nil
	}
	if err := o.write(name, config, m.Templates); err != nil {
		return 0, fmt.Errorf("publish for Alertmanager: %w", err)
	}
	before := o.current
	if err := o.point(name); err != nil {
		return 0, err
	}
	return hash, o.prune(before)
}

// generationOf names everything that the configuration consists of. Files of
// templates that only Alertmanager's side has count as well, where they can be
// read: Alertmanager looks at them when it reloads and not before.
func generationOf(m dropin.Merged) (string, error) {
	h := sha256.New()
	add := func(name string, data []byte) {
		fmt.Fprintf(h, "%s %d\n", name, len(data))
		h.Write(data)
	}
	add(configName, m.Config)
	for _, name := range slices.Sorted(maps.Keys(m.Templates)) {
		add(name, m.Templates[name])
	}
	for _, glob := range m.Globs {
		files, err := filepath.Glob(glob)
		if err != nil {
			return "", fmt.Errorf("templates %s: %w", glob, err)
		}
		for _, file := range files {
			if data, err := os.ReadFile(file); err == nil {
				add(file, data)
			}
		}
	}
	return genPrefix + hex.EncodeToString(h.Sum(nil))[:32], nil
}

func (o *output) write(name string, config []byte, templates map[string][]byte) error {
	final := filepath.Join(o.path, name)
	if _, err := os.Stat(filepath.Join(final, configName)); err == nil {
		return nil // it comes back, as after a refusal
	}
	tmp, err := os.MkdirTemp(o.path, tempPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	// MkdirTemp makes private directories.
	err = errors.Join(os.Chmod(tmp, dirMode), os.Mkdir(filepath.Join(tmp, templatesDir), dirMode))
	for file, data := range templates {
		err = errors.Join(err, os.WriteFile(filepath.Join(tmp, templatesDir, file), data, fileMode))
	}
	if err = errors.Join(err, os.WriteFile(filepath.Join(tmp, configName), config, fileMode)); err != nil {
		return err
	}
	return os.Rename(tmp, final)
}

// point makes the link name a generation. Renaming over a link replaces it in one
// step, which changing it does not.
func (o *output) point(name string) error {
	if name == "" {
		return nil
	}
	tmp := filepath.Join(o.path, tempPrefix+currentLink)
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("publish for Alertmanager: %w", err)
	}
	err := os.Symlink(name, tmp)
	if err == nil {
		err = os.Rename(tmp, filepath.Join(o.path, currentLink))
	}
	if err != nil {
		return fmt.Errorf("publish for Alertmanager: %w", err)
	}
	o.current = name
	return nil
}

// prune removes all but the generation in use and the one before, which is where
// a refusal leads back to.
func (o *output) prune(before string) error {
	entries, err := os.ReadDir(o.path)
	if err != nil {
		return fmt.Errorf("prune what was published: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		old := strings.HasPrefix(name, genPrefix) && name != o.current && name != before
		if old || strings.HasPrefix(name, tempPrefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(o.path, name)))
		}
	}
	return err
}
