package boot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/prometheus/tsdb/fileutil"
)

const (
	// fileName is in the data directory, where Prometheus ignores it.
	fileName = "start-attempts.json"
	// maxAttempts bounds the file. Concurrency is 1 long before.
	maxAttempts = 16
)

// Attempt is one start of the server.
type Attempt struct {
	Started time.Time `json:"started"`
	// Concurrency of its WAL replay.
	Concurrency int `json:"concurrency"`
	// LogBytes is how much there was to replay.
	LogBytes int64 `json:"logBytes"`
	// MemoryLimit is GOMEMLIMIT in bytes.
	MemoryLimit int64 `json:"memoryLimit"`
	// Stopped is true if a stop was asked for before the replay was through.
	Stopped bool `json:"stopped,omitempty"`
}

type note struct {
	Attempts []Attempt `json:"attempts"`
}

// read returns nothing if there is no file: the last start was successful.
func read(file string) ([]Attempt, error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read notes of earlier starts: %w", err)
	}
	var n note
	if err := json.Unmarshal(b, &n); err != nil {
		return nil, fmt.Errorf("read notes of earlier starts: %s: %w", file, err)
	}
	return n.Attempts, nil
}

// write replaces the file so that whatever happens, the old or the new one is
// there in full. It is on disk when write returns: the process may not live to
// see the next moment.
func write(file string, attempts []Attempt) error {
	if over := len(attempts) - maxAttempts; over > 0 {
		attempts = attempts[over:]
	}
	b, err := json.Marshal(note{attempts})
	if err != nil {
		return fmt.Errorf("encode notes: %w", err)
	}
	// The very first start is before the storage made its directory.
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return fmt.Errorf("write notes: %w", err)
	}
	fresh := file + ".tmp"
	if err := writeSynced(fresh, b); err != nil {
		return errors.Join(fmt.Errorf("write notes: %w", err), os.Remove(fresh))
	}
	if err := fileutil.Rename(fresh, file); err != nil {
		return fmt.Errorf("replace notes: %w", err)
	}
	return nil
}

func writeSynced(file string, b []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// remove makes sure that the file is gone for good.
func remove(file string) error {
	if err := os.Remove(file); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("remove notes: %w", err)
	}
	dir, err := fileutil.OpenDir(filepath.Dir(file))
	if err != nil {
		return fmt.Errorf("remove notes: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}
