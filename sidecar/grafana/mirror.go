package grafana

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	tempPrefix = ".tmp-"

	// Grafana may run as another user of the same group. Datasources hold passwords.
	dirMode  = 0o750
	fileMode = 0o640
)

// mirror makes a directory hold certain files and no others. Each file is replaced
// in one step; all of them together are not, because Grafana must find each at the
// path where it was.
type mirror struct {
	root string
	// written is what is known to lie there, by path; nil before the first look.
	written map[string][sha256.Size]byte
}

// write brings the directory up to date and says which paths it changed.
func (m *mirror) write(files map[string][]byte) (changed []string, err error) {
	if m.written == nil {
		if err := m.look(); err != nil {
			return nil, err
		}
	}
	// Grafana looks for it even if there is no dashboard.
	if err := os.MkdirAll(filepath.Join(m.root, dashboardsDir), dirMode); err != nil {
		return nil, err
	}
	for path, data := range files {
		sum := sha256.Sum256(data)
		if m.written[path] == sum {
			continue
		}
		if err := m.replace(path, data); err != nil {
			return nil, err
		}
		m.written[path] = sum
		changed = append(changed, path)
	}
	for path := range m.written {
		if _, wanted := files[path]; wanted {
			continue
		}
		if err := m.remove(path); err != nil {
			return nil, err
		}
		delete(m.written, path)
		changed = append(changed, path)
	}
	return changed, nil
}

// look finds what lies there from an earlier life, and removes what it left half done.
func (m *mirror) look() error {
	if err := os.MkdirAll(m.root, dirMode); err != nil {
		return err
	}
	found := map[string][sha256.Size]byte{}
	err := filepath.WalkDir(m.root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if strings.HasPrefix(e.Name(), tempPrefix) {
			return os.Remove(path)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(m.root, path)
		found[rel] = sha256.Sum256(data)
		return err
	})
	if err != nil {
		return err
	}
	m.written = found
	return nil
}

func (m *mirror) replace(path string, data []byte) error {
	if !filepath.IsLocal(path) {
		return errors.New(path + " leaves the directory")
	}
	full := filepath.Join(m.root, path)
	if err := os.MkdirAll(filepath.Dir(full), dirMode); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(full), tempPrefix)
	if err != nil {
		return err
	}
	_, err = bytes.NewReader(data).WriteTo(tmp)
	err = errors.Join(err, tmp.Chmod(fileMode), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), full)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}

// remove removes a file and the directories that it leaves empty: Grafana makes
// folders of them.
func (m *mirror) remove(path string) error {
	full := filepath.Join(m.root, path)
	if err := os.Remove(full); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := filepath.Dir(path); strings.Contains(dir, string(filepath.Separator)); dir = filepath.Dir(dir) {
		if os.Remove(filepath.Join(m.root, dir)) != nil {
			break // it is not empty
		}
	}
	return nil
}
