package grafana

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// CreatePassword makes a file with a random password, unless there is a file. It is
// meant for the volume of Grafana's database, which keeps the password that Grafana
// was first started with.
func CreatePassword(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for the password of Grafana's administrator: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return fmt.Errorf("make a password for Grafana's administrator: %w", err)
	}
	// By another name first: Grafana must never read half of it.
	tmp := path + ".new"
	err := os.WriteFile(tmp, []byte(rand.Text()), fileMode)
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return fmt.Errorf("make a password for Grafana's administrator: %w", err)
	}
	return nil
}
