package grafana

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// base are the chart's own provisioning files.
type base struct {
	// files are by their path below the provisioning directory.
	files map[string][]byte
	// claims are the names that their datasources have.
	claims []dropin.Claim
}

func readBase(dir string) (base, error) {
	b := base{files: map[string][]byte{}}
	if dir == "" {
		return b, nil
	}
	if err := b.walk(dir, ""); err != nil {
		return base{}, fmt.Errorf("read Grafana's own provisioning files: %w", err)
	}
	for path, data := range b.files {
		if filepath.Dir(path) != datasourcesDir {
			continue
		}
		_, claims, err := dropin.ReadDatasources(data)
		if err != nil {
			return base{}, fmt.Errorf("%s of Grafana's own provisioning files: %w", path, err)
		}
		b.claims = append(b.claims, claims...)
	}
	return b, nil
}

// walk follows links, which a mounted ConfigMap consists of, and passes over what
// they lead to (..data), which has the same files once more.
func (b base) walk(dir, below string) error {
	entries, err := os.ReadDir(filepath.Join(dir, below))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "..") {
			continue
		}
		path := filepath.Join(below, e.Name())
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		if info.IsDir() {
			if err := b.walk(dir, path); err != nil {
				return err
			}
			continue
		}
		if b.files[path], err = os.ReadFile(filepath.Join(dir, path)); err != nil {
			return err
		}
	}
	return nil
}
